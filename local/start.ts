// `npm start`: runs the whole system on this machine, with real servers. start.mjs has checked the arguments.
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { endOrphans } from './process/orphans.ts';
import { placeAt } from './process/place.ts';
import { freePorts, isFree, nextFreePort } from './process/ports.ts';
import { takeRunLock } from './process/run-lock.ts';
import { createSteps } from './process/steps.ts';
import { onStopSignal } from './process/stop-signals.ts';
import { supervise } from './process/supervise.ts';
import { keptSecrets } from './secrets.ts';
import { serverPorts } from './start-servers.ts';
import { root, startSystem, systemPorts } from './system.ts';
import { tierNames } from './tiers.ts';

const DEFAULT_PORT = 8080;

const { values: options } = parseArgs({ options: { port: { type: 'string' }, fresh: { type: 'boolean' } } });
/** Tests start the system in a folder of their own. */
const localDir = resolve(root, process.env['SEATDROP_LOCAL_DIR'] ?? '.local');
const file = (name: string): string => join(localDir, name);

/** Aborted by the first stop signal, or a failure; `hurry` by the second: then processes are killed (see Place). */
const cancel = new AbortController();
const hurry = new AbortController();
const place = placeAt(localDir, cancel.signal, hurry.signal);
const { step, say } = createSteps();
/** What to undo at the end, in reverse order. */
const releases: (() => unknown)[] = [];
let stopRequested = false;
let failure: Error | undefined;
const end = new Promise<void>((requestEnd) => {
  onStopSignal(
    (why) => {
      stopRequested = true;
      say(`stopping (${why})`);
      cancel.abort(new Error(`stopped by ${why}`));
      requestEnd();
    },
    () => hurry.abort(),
  );
  process.on('uncaughtException', (error) => {
    failure ??= error;
    requestEnd();
  });
});
for (const output of [process.stdout, process.stderr]) output.on('error', () => {}); // nobody reads any more

try {
  await start();
  await end;
} catch (error) {
  if (!stopRequested) failure = error as Error;
}
if (failure !== undefined) console.error(`\n${failure.message}\n`);
cancel.abort(new Error('stopping'));
for (const release of releases.toReversed()) {
  try {
    await release();
  } catch (error) {
    failure ??= error as Error;
    console.error((error as Error).message);
  }
}
if (stopRequested) say('stopped');
process.exit(failure === undefined ? 0 : 1);

async function start(): Promise<void> {
  const since = performance.now();
  const lock = await takeRunLock(file('start.lock'), say);
  releases.push(() => lock.release());
  cancel.signal.addEventListener('abort', () => lock.markStopping());

  const orphans = await endOrphans(place.pidDir, root);
  if (orphans.length > 0) say(`  stopped what a killed run had left: ${orphans.join(', ')}`);
  if (options.fresh === true) startOver();
  keepPreviousLogs();
  cancel.signal.throwIfAborted();

  const ports = { ...(await choosePorts()), 'front-door': await frontDoorPort() };
  const system = await startSystem({
    place,
    ports,
    secrets: keptSecrets(file('secrets.json')),
    durable: true,
    step,
    generalSettings: {
      SMTP_URL: `smtp://127.0.0.1:${ports['mail-catcher-smtp']}`,
      MAIL_FROM: 'Seatdrop <tickets@seatdrop.test>',
    },
  });
  releases.push(() => system.stop());

  await waitForAll([
    step('web', () => system.buildPages()),
    step('sandbox payments', () => system.startPayments({ data: file('sandbox-payments.sqlite') })),
    step('mail catcher', () => system.startMailCatcher()),
    step('nginx', () =>
      system.startFrontDoor({ workers: 'auto', pages: system.pages, publicUrl: system.url }),
    ),
    ...tierNames.map((name) => step(name, () => system.startTier(name))),
    step('demo data', () => system.loadDemoData()),
  ]);
  for (const process of system.processes()) supervise(process, cancel.signal, say);

  // For tools that use the running system, such as the load generator.
  const run = {
    url: system.url,
    pid: process.pid,
    env: system.envOfGeneral,
    ports,
    mysqlAdminUrl: system.servers.mariaDb.adminUrl,
  };
  releases.push(() => rmSync(file('run.json'), { force: true }));
  writeFileSync(file('run.json'), `${JSON.stringify(run, null, 2)}\n`, { mode: 0o600 });

  say(
    `  everything after ${((performance.now() - since) / 1000).toFixed(1)} s. Logs: ${place.logDir}. Ctrl-C stops all of it.`,
  );
  say(`  mails to buyers: http://127.0.0.1:${ports['mail-catcher']}`);
  say(`ready ${system.url}`);
}

/** Waits for all. If one fails, the others are cancelled, so that nothing goes on starting. */
async function waitForAll(works: readonly Promise<unknown>[]): Promise<void> {
  const settled = works.map((work) => work.catch((error: unknown) => cancel.abort(error)));
  await Promise.all(settled);
  cancel.signal.throwIfAborted();
}

/** Removes the data of earlier runs, but nothing of a test run that may be under way. */
function startOver(): void {
  for (const name of readdirSync(localDir)) {
    if (!/^(start\.lock|dev-servers|test-|bin$|venv$|moto-)/.test(name))
      rmSync(file(name), { recursive: true });
  }
}

function keepPreviousLogs(): void {
  rmSync(`${place.logDir}.previous`, { recursive: true, force: true });
  if (existsSync(place.logDir)) renameSync(place.logDir, `${place.logDir}.previous`);
}

async function frontDoorPort(): Promise<number> {
  if (options.port === undefined) return nextFreePort(DEFAULT_PORT);
  const port = Number(options.port);
  if (await isFree(port)) return port;
  throw new Error(
    `Port ${port} is in use. Choose another one, or none for the next free one from ${DEFAULT_PORT}.`,
  );
}

async function choosePorts() {
  const names = [...serverPorts, ...systemPorts.filter((name) => name !== 'front-door')] as const;
  const kept = file('ports.json');
  const remembered = existsSync(kept)
    ? (JSON.parse(readFileSync(kept, 'utf8')) as Record<string, number>)
    : {};
  const ports = await freePorts(names, remembered);
  mkdirSync(localDir, { recursive: true });
  writeFileSync(kept, `${JSON.stringify(ports, null, 2)}\n`);
  return ports;
}
