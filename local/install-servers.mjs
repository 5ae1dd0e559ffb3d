// Installs the servers of the local system with apt. Plain JavaScript, since it runs while npm installs the packages.
import { spawn } from 'node:child_process';
import { accessSync, constants, existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Debian package of each server -> the program that shows whether it is installed. */
const SERVERS = {
  'redis-server': 'redis-server',
  'rabbitmq-server': 'rabbitmq-server',
  'mariadb-server': 'mariadbd',
  nginx: 'nginx',
};

/** Debian puts servers into sbin, which is not in an ordinary user's PATH. */
const FOLDERS = [...(process.env.PATH ?? '').split(delimiter), '/usr/local/sbin', '/usr/sbin', '/sbin'];

/** Forbids packages to start their services. See invoke-rc.d(8). */
const GUARD = '/usr/sbin/policy-rc.d';
const GUARD_TEXT =
  '#!/bin/sh\n# Put here by Seatdrop while it installs servers, which it starts itself.\nexit 101\n';

/** @returns {string[]} the packages that are missing. */
export function missingServers() {
  return Object.keys(SERVERS).filter((name) => findProgram(SERVERS[name]) === undefined);
}

/**
 * @param {string[]} packages
 * @returns {string | undefined} a message for a user who may not install them; undefined if they can be installed.
 */
export function whyNotInstallable(packages) {
  if (process.getuid?.() === 0 && findProgram('apt-get') !== undefined) return undefined;
  return (
    `These servers are missing: ${packages.join(', ')}. Please install them, on Debian or Ubuntu with\n` +
    `  sudo apt-get install --no-install-recommends ${packages.join(' ')}\n` +
    'They need not run as system services: Seatdrop starts its own, on ports of its own.'
  );
}

/**
 * Installs packages without starting the services in them. Debian starts a server when it installs it, unless
 * `policy-rc.d` forbids it; an existing `policy-rc.d` is left in place. RabbitMQ's package starts an epmd regardless,
 * which is stopped.
 * @param {string[]} packages
 */
export async function installServers(packages) {
  const guarded = existsSync(GUARD) && readFileSync(GUARD, 'utf8') !== GUARD_TEXT;
  const epmdsBefore = epmds();
  if (!guarded) writeFileSync(GUARD, GUARD_TEXT, { mode: 0o755 });
  try {
    await apt('update');
    await apt('install', '-y', '--no-install-recommends', ...packages);
  } finally {
    if (!guarded) rmSync(GUARD, { force: true });
    for (const pid of epmds()) if (!epmdsBefore.includes(pid)) process.kill(pid);
  }
  const missing = missingServers();
  if (missing.length > 0)
    throw new Error(`apt installed its packages, yet ${missing.join(', ')} cannot be found`);
}

/** Runs apt detached from Ctrl-C, since an interrupted installation leaves apt in need of repair. */
function apt(...args) {
  const env = { ...process.env, PATH: FOLDERS.join(delimiter), DEBIAN_FRONTEND: 'noninteractive' };
  const child = spawn('apt-get', args, { env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += text));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      const tail = output.trimEnd().split('\n').slice(-25).join('\n');
      if (code === 0) resolve();
      else reject(new Error(`apt-get ${args[0]} failed; the end of what it said:\n${tail}`));
    });
  });
}

function findProgram(name) {
  return FOLDERS.map((folder) => join(folder, name)).find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

function epmds() {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.filter((pid) => commandOf(pid).endsWith('/epmd')).map(Number);
}

function commandOf(pid) {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')[0];
  } catch {
    return ''; // the process has ended meanwhile
  }
}
