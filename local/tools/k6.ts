/** Finds k6, the load generator, or builds it. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';
import { searchPath } from '../process/binaries.ts';
import { buildGoTool, goToolPath, type GoTool } from './go-tool.ts';

const tool: GoTool = {
  name: 'k6',
  module: 'go.k6.io/k6',
  version: 'v1.8.1',
  neededGo: 25,
  neededBy: 'Load tests need',
};
/** The first version of k6 that runs TypeScript directly. */
const oldest = { major: 0, minor: 57 };

const run = promisify(execFile);

/**
 * Path of k6: the one in the PATH if it is recent enough, else ours in `.local/bin`, which is built if it is missing.
 * @throws Error that says what to install
 */
export async function findK6(say: (line: string) => void, cancel?: AbortSignal): Promise<string> {
  const installed = await versionOf('k6');
  const isNewEnough =
    installed !== undefined &&
    (installed.major > oldest.major || (installed.major === oldest.major && installed.minor >= oldest.minor));
  if (isNewEnough) return 'k6';
  if (existsSync(goToolPath(tool))) return goToolPath(tool);
  const why = installed
    ? `the k6 in the PATH is ${installed.text}, too old for TypeScript`
    : 'there is no k6';
  say(`${why}: building ${tool.module}@${tool.version} into .local/bin, once, which takes some minutes`);
  return buildGoTool(tool, cancel);
}

async function versionOf(program: string) {
  try {
    const { stdout } = await run(program, ['version'], { env: { ...process.env, PATH: searchPath } });
    const [text, major, minor] = /v(\d+)\.(\d+)\.\d+/.exec(stdout) ?? [];
    return text === undefined ? undefined : { text, major: Number(major), minor: Number(minor) };
  } catch {
    return undefined;
  }
}
