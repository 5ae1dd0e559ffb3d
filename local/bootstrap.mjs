// What `npm start` and `npm test` do before TypeScript can run: install what is missing and find Node 24.
// Plain JavaScript for any Node from 20.19 on, with nothing installed.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installServers, missingServers, whyNotInstallable } from './install-servers.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const packagedNode = join(root, 'node_modules/node/bin/node');
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/**
 * Runs a TypeScript file on Node 24 and exits like it.
 * @param {string} script path from the root
 * @param {string[]} args
 * @param {string} [lastWords] printed if the script did not run to its end
 */
export async function runOnNode24(script, args, lastWords) {
  const fail = (why) => {
    console.error(`✗ ${why}`);
    if (lastWords !== undefined) console.log(lastWords);
    process.exit(1);
  };
  let node;
  try {
    await installWhatIsMissing();
    node = await findNode24();
  } catch (error) {
    fail(error.message);
  }
  // The child leads a session of its own, so that it gets each signal once, from here. The IPC channel tells it when
  // this process has ended for any reason; it then stops everything.
  const child = spawn(node, [script, ...args], {
    cwd: root,
    detached: true,
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  for (const signal of SIGNALS) process.on(signal, () => child.kill(signal));
  child.once('error', (error) => fail(`${node} cannot be run: ${error.message}`));
  child.once('exit', (code, signal) => {
    if (code === null) fail(`${script} was ended by ${signal}`);
    process.exit(code);
  });
  if (process.env.npm_lifecycle_event !== undefined) stopWithoutNpm(child);
}

/** If npm is killed it cannot pass the signal on, and Ctrl-C would no longer reach this process either. */
function stopWithoutNpm(child) {
  const npm = process.ppid;
  setInterval(() => {
    if (process.ppid !== npm) child.kill('SIGTERM');
  }, 1_000).unref();
}

/** Installs servers with apt and packages with npm at the same time: both mostly wait for the network. */
async function installWhatIsMissing() {
  const works = [];
  const servers = missingServers();
  if (servers.length > 0) {
    const obstacle = whyNotInstallable(servers);
    if (obstacle !== undefined) throw new Error(obstacle);
    console.log(`… installing with apt: ${servers.join(', ')}`);
    works.push(timed('servers installed', () => installServers(servers)));
  }
  if (!dependenciesAreInstalled()) {
    console.log('… installing packages with npm, which takes half a minute');
    works.push(timed('packages installed', installDependencies));
  }
  // On a signal apt finishes what it does (see installServers), npm is stopped, and the system is not started.
  let stopped = false;
  const stop = () => {
    stopped = true;
  };
  for (const signal of SIGNALS) process.on(signal, stop);
  const settled = await Promise.allSettled(works);
  for (const signal of SIGNALS) process.off(signal, stop);
  if (stopped) throw new Error('stopped while installing');
  for (const one of settled) if (one.status === 'rejected') throw one.reason;
}

async function timed(what, work) {
  const since = Date.now();
  await work();
  console.log(`✓ ${what.padEnd(28)} ${((Date.now() - since) / 1000).toFixed(1)} s`);
}

/** Whether npm's record of installed packages has every version in the lock file. */
function dependenciesAreInstalled() {
  const record = join(root, 'node_modules/.package-lock.json');
  if (!existsSync(record)) return false;
  const installed = JSON.parse(readFileSync(record, 'utf8')).packages;
  const wanted = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages;
  return Object.entries(wanted).every(([path, { version, integrity, optional }]) => {
    if (!path.includes('node_modules/') || optional) return true; // a workspace, or for another platform
    const found = installed[path];
    return found !== undefined && found.version === version && found.integrity === integrity;
  });
}

/**
 * Installs what the lock file says. Not with `npm ci`, which refuses a lock file written where the registry has
 * no packages for other platforms, and which removes everything before it begins.
 */
function installDependencies() {
  const npm = findNpm();
  const options = ['--no-save', '--no-audit', '--no-fund', '--loglevel=error'];
  return run(npm.command, [...npm.args, 'install', ...options], root);
}

/** The npm and the Node that run this script: the Node in node_modules is about to be replaced. */
function findNpm() {
  const { npm_execpath: script, npm_node_execpath: node } = process.env;
  const isNpm = script !== undefined && basename(script) === 'npm-cli.js';
  return isNpm ? { command: node ?? process.execPath, args: [script] } : { command: 'npm', args: [] };
}

/** Runs a command that shows its own progress. A signal ends it, and it then counts as failed. */
function run(command, args, cwd) {
  return new Promise((resolve, reject) => {
    // Otherwise a dependency (@scarf/scarf) reports the installation to its maker.
    const env = { ...process.env, SCARF_ANALYTICS: 'false' };
    const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'inherit', 'inherit'] });
    const pass = (signal) => child.kill(signal);
    for (const signal of SIGNALS) process.on(signal, pass);
    child.once('error', reject);
    child.once('close', (code) => {
      for (const signal of SIGNALS) process.off(signal, pass);
      if (code === 0) resolve();
      else reject(new Error(`${basename(args[0] ?? command)} failed or was stopped, see above`));
    });
  });
}

/** The npm package `node` fetches its binary in an install script, which not every npm setup runs. */
async function findNode24() {
  if (isNode24(packagedNode)) return packagedNode;
  if (isNode24(process.execPath)) return process.execPath;
  console.log('… fetching Node 24 (the install script of the npm package "node" has not run)');
  const folder = join(root, 'node_modules/node');
  await run(process.execPath, ['installArchSpecificPackage.js'], folder).catch(() => {});
  if (isNode24(packagedNode)) return packagedNode;
  throw new Error(
    'Node 24 is missing: the install script of the npm package "node" did not run or failed.\n' +
      '  Allow it (npm rebuild node --ignore-scripts=false) or install Node 24 yourself, then start again.',
  );
}

function isNode24(binary) {
  const { stdout } = spawnSync(binary, ['--version'], { encoding: 'utf8' });
  return Number(/^v(\d+)/.exec(stdout ?? '')?.[1]) >= 24;
}
