/** `npm run load` runs a load test with k6, and makes a drop and buyers for it on the system that runs here. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { searchPath } from '../../local/process/binaries.ts';
import { findK6 } from '../../local/tools/k6.ts';
import { connectMysql } from '../../shared/mysql/connect.ts';
import { CannotRun, runCommand, pathAsTyped } from '../cli.ts';
import { buyersNeeded, loadCommand, type LoadOptions } from './load/options.ts';
import { writeBuyers } from './buyers/write-buyers.ts';
import { openFrontDoor } from '../buyer/front-door.ts';
import { findRunningSystem, root } from '../running-system.ts';
import { createDrop } from '../buyer/create-drop.ts';

/** Time between creating the drop and its opening: the publisher must learn of it, and k6 must start. */
const opensInMs = 5_000;

await runCommand(loadCommand, async (options) => {
  const dir = mkdtempSync(join(tmpdir(), 'seatdrop-load-'));
  try {
    return await load(options, dir);
  } finally {
    // The folder has session tokens in it.
    rmSync(dir, { recursive: true, force: true });
  }
});

/** Returns the exit code. */
async function load(options: LoadOptions, dir: string): Promise<number> {
  const { script, env, k6Args } = options;
  const k6 = await findK6(say).catch((error: Error) => {
    throw new CannotRun(error.message);
  });
  const paths = ['BUYERS', 'SUMMARY_JSON'].filter((name) => name in env);
  const settings = {
    ...env,
    ...Object.fromEntries(paths.map((name) => [name, pathAsTyped(env[name] ?? '')])),
  };
  const created = 'BUYERS' in env ? undefined : await makeDropAndBuyers(options, dir);
  const settingArgs = Object.entries({ ...created, ...settings }).flatMap(([name, value]) => [
    '-e',
    `${name}=${value}`,
  ]);
  const args = ['run', '--quiet', ...settingArgs, ...k6Args, join(root, 'load-tests/k6', `${script}.ts`)];
  say(`k6 ${args.join(' ')}`);
  const code = await run(k6, args);
  if (created && script !== 'sockets')
    say(`to check what buyers cannot see: npm run verify-ledger -- ${created.DROP}`);
  return code;
}

async function makeDropAndBuyers(options: LoadOptions, dir: string) {
  const { script, env, seats, standby, holdSeconds, free } = options;
  const count = buyersNeeded(script, env);
  const system = await findRunningSystem();
  const db = connectMysql(system.env.MYSQL_URL, { max: 1 });
  const door = openFrontDoor(system.url, 1);
  try {
    // Some buyers of a journey must be in standby, and some must get nothing.
    const buyersPerSeat = script === 'journey' ? 2 : 1;
    const terms = {
      seats: seats ?? Math.ceil(count / buyersPerSeat),
      standby: standby ?? Math.ceil(count / 5),
      quantity: 2,
      holdSeconds,
      partitions: 1,
      free,
    };
    const { dropId } = await createDrop(door, terms, opensInMs);
    const file = join(dir, 'buyers.json');
    const servers = { db, sessionKeys: system.env.SESSION_KEYS };
    await writeBuyers(servers, { count, out: file, dropId }, () => {});
    say(
      `made drop ${dropId} with ${terms.seats} seats and ${terms.standby} places in standby, and ${count} buyers`,
    );
    return { BASE_URL: system.url, DROP: String(dropId), BUYERS: file };
  } finally {
    await door.close();
    await db.destroy();
  }
}

/** Runs k6 and returns its exit code; Ctrl-C is left to k6. */
async function run(k6: string, args: string[]): Promise<number> {
  const child = spawn(k6, args, { stdio: 'inherit', env: { ...process.env, PATH: searchPath } });
  const forward = (signal: NodeJS.Signals) => child.kill(signal);
  // The terminal sends SIGINT to k6 as well.
  process.on('SIGINT', () => {});
  process.on('SIGTERM', forward);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
}

function say(line: string): void {
  console.error(`  ${line}`);
}
