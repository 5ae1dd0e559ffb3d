/**
 * The server of moto, which replaces AWS in tests: it speaks AWS's protocols over HTTP and keeps its state in memory. A
 * Python program, installed once and kept in `.local`.
 */
import { execFile, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { searchPath } from '../process/binaries.ts';
import { freePorts } from '../process/ports.ts';
import { waitUntil } from '../process/wait.ts';

const version = '5.2.5';
const run = promisify(execFile);
const local = resolve(import.meta.dirname, '../../.local');
const home = join(local, `moto-${version}`);
const python = join(home, 'bin/python');

/**
 * Installs moto if it is missing: takes a minute and needs the network.
 * @throws Error that says what to install
 */
export async function installMoto(cancel?: AbortSignal): Promise<void> {
  if (existsSync(python)) return;
  mkdirSync(local, { recursive: true });
  const dir = mkdtempSync(join(local, 'moto-being-installed-'));
  const options = { env: { ...process.env, PATH: searchPath }, ...(cancel && { signal: cancel }) };
  try {
    await run('python3', ['-m', 'venv', dir], options);
    await run(
      join(dir, 'bin/python'),
      ['-m', 'pip', 'install', '--quiet', `moto[server]==${version}`],
      options,
    );
    // Another process may have installed the same meanwhile.
    if (!existsSync(home)) renameSync(dir, home);
  } catch (error) {
    throw new Error(
      `Tests of what speaks to AWS need moto, and it could not be installed: ${(error as Error).message.trim()}\n` +
        '  They need Python 3.9 or later with venv (Debian: apt-get install python3-venv), and the network.',
      { cause: error },
    );
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** Starts an empty server on a port of its own. It accepts any credentials. */
export async function startMoto(): Promise<{ url: string; stop: () => Promise<void> }> {
  await installMoto();
  const { port } = await freePorts(['port']);
  // As a module, since the scripts of a venv do not work after it was moved.
  const child = spawn(python, ['-m', 'moto.server', '-H', '127.0.0.1', '-p', String(port)], {
    stdio: 'ignore',
  });
  // In case a test fails before it stops the server.
  const kill = () => void child.kill('SIGKILL');
  process.once('exit', kill);
  const url = `http://127.0.0.1:${port}`;
  await waitUntil('moto', 60_000, async () => (await fetch(`${url}/moto-api/`)).status > 0);
  return {
    url,
    async stop() {
      process.off('exit', kill);
      const ended = new Promise((resolveEnd) => child.once('exit', resolveEnd));
      kill();
      await ended;
    },
  };
}
