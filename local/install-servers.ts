import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { findBinary, searchPath } from './binaries.ts';
import { logTail } from './child.ts';
import { allProcs, signal } from './proc.ts';
import type { Step } from './steps.ts';

/** What the local stack runs, by Debian package, and the programs by which it is known to be there. */
const SERVERS = {
  'redis-server': ['redis-server'],
  'rabbitmq-server': ['/usr/lib/rabbitmq/bin/rabbitmq-server', 'rabbitmq-server'],
  'mariadb-server': ['mariadbd'],
  nginx: ['nginx'],
} as const;

function missingServers(): string[] {
  return Object.entries(SERVERS)
    .filter(([, programs]) => findBinary(...programs) === undefined)
    .map(([name]) => name);
}

/**
 * Installs the servers that are missing, if this user may.
 * @throws Error that says what to install when it may not, or when installing failed.
 */
export async function installMissingServers(step: Step, say: (line: string) => void): Promise<void> {
  const missing = missingServers();
  if (missing.length === 0) return;
  const command = `apt-get install --no-install-recommends ${missing.join(' ')}`;
  if (userInfo().uid !== 0 || findBinary('apt-get') === undefined) {
    throw new Error(
      `These servers are missing: ${missing.join(', ')}. Please install them, on Debian or Ubuntu with\n` +
        `  sudo ${command}\n` +
        'They need not run as system services: Seatdrop starts its own, on ports of its own.',
    );
  }
  say(`  installing with apt: ${missing.join(', ')}`);
  await step('servers installed', () => withoutStartingServices(() => aptInstall(missing)));
  const still = missingServers();
  if (still.length > 0)
    throw new Error(`apt installed its packages, yet ${still.join(', ')} cannot be found`);
}

async function aptInstall(packages: readonly string[]): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'seatdrop-apt-'));
  const log = join(dir, 'apt.log');
  try {
    await apt(log, 'update');
    await apt(log, 'install', '-y', '--no-install-recommends', ...packages);
  } catch {
    throw new Error(`apt-get failed; the end of what it said:\n${logTail(log, 25)}`);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

function apt(log: string, ...args: string[]): Promise<void> {
  const env = { ...process.env, PATH: searchPath, DEBIAN_FRONTEND: 'noninteractive' };
  return new Promise((resolve, reject) => {
    const child = spawn('apt-get', args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    const note = (text: Buffer): void => writeFileSync(log, text, { flag: 'a' });
    child.stdout.on('data', note);
    child.stderr.on('data', note);
    child.once('error', reject);
    child.once('close', (code) => (code === 0 ? resolve() : reject(new Error(`apt-get ${args[0]}`))));
  });
}

/**
 * Debian starts a server when it installs it, unless `policy-rc.d` says no. Ours says no while `install` runs;
 * one that the machine has is left in charge. RabbitMQ's package also leaves an epmd behind, which is ended.
 */
async function withoutStartingServices(install: () => Promise<void>): Promise<void> {
  const policy = '/usr/sbin/policy-rc.d';
  const guard = existsSync(policy) ? undefined : policy;
  const before = new Set(epmds());
  if (guard !== undefined) {
    writeFileSync(guard, '#!/bin/sh\nexit 101\n');
    chmodSync(guard, 0o755);
  }
  try {
    await install();
  } finally {
    if (guard !== undefined) rmSync(guard, { force: true });
    for (const pid of epmds()) if (!before.has(pid)) signal(pid, 'SIGTERM');
  }
}

function epmds(): number[] {
  return allProcs()
    .filter(({ pid }) => commandLine(pid)[0]?.endsWith('/epmd'))
    .map(({ pid }) => pid);
}

function commandLine(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  } catch {
    return [];
  }
}
