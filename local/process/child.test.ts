import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Child, startChild } from './child.ts';
import { clearOldRuns, endOrphans, endRun, runFolder } from './orphans.ts';
import { placeAt } from './place.ts';
import { freePorts } from './ports.ts';
import { allProcs, workingFolder } from './proc.ts';
import { exchange, waitUntil } from './wait.ts';

let dir: string;
let hurry: AbortController;
let children: Child[];

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'seatdrop-child-'));
  hurry = new AbortController();
  children = [];
});
afterEach(async () => {
  hurry.abort();
  await Promise.all(children.map((child) => child.stop()));
  await waitUntil('nothing to be left', 10_000, async () => whatRunsHere().length === 0);
  rmSync(dir, { recursive: true });
});

/** Starts a server that answers `pong`, with a grandchild in a session of its own, as RabbitMQ's port programs have. */
async function startPong(extra = ''): Promise<{ child: Child; port: number }> {
  const { port } = await freePorts(['port']);
  const script = `
    require('node:child_process').spawn('cat', { detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
    require('node:net').createServer((socket) => socket.end('pong')).listen(${port}, '127.0.0.1');
    console.log('said before');
    ${extra}`;
  const child = await startChild({
    name: 'pong',
    place: placeAt(dir, undefined, hurry.signal),
    command: process.execPath,
    args: ['-e', script],
    env: {},
    cwd: dir,
    ready: () => waitUntil('pong', 10_000, () => answers(port)),
  });
  children.push(child);
  return { child, port };
}

async function answers(port: number): Promise<boolean> {
  return (await exchange(port, '', (reply) => reply === 'pong', 300)) === 'pong';
}

function whatRunsHere(): number[] {
  return allProcs()
    .map(({ pid }) => pid)
    .filter((pid) => workingFolder(pid) === dir);
}

test('a stop leaves nothing: not the process, not what it started, not its pid file', async () => {
  const { child } = await startPong();
  expect(whatRunsHere()).toHaveLength(2);
  await child.stop();
  expect(whatRunsHere()).toEqual([]);
  expect(readdirSync(join(dir, 'pids'))).toEqual([]);
});

test('one that does not hear SIGTERM is killed when the stop is hurried', async () => {
  const { child } = await startPong(`process.on('SIGTERM', () => {});`);
  const stopped = child.stop();
  expect(child.pid).toBeDefined();
  hurry.abort();
  await stopped;
  expect(child.pid).toBeUndefined();
});

test('it can be killed, started again, paused and resumed; only the kill is unexpected', async () => {
  const { child, port } = await startPong();
  const unexpected = new Promise<string>((resolve) => {
    child.onUnexpectedExit(resolve);
  });
  const first = child.pid;
  child.kill('SIGKILL');
  expect(await unexpected).toBe('SIGKILL');
  await child.restart();
  expect(child.pid).not.toBe(first);
  expect(await answers(port)).toBe(true);

  child.kill('SIGSTOP');
  await expect(answers(port)).rejects.toThrow('does not answer');
  child.kill('SIGCONT');
  expect(await answers(port)).toBe(true);

  child.kill('SIGSTOP');
  await child.stop(); // works for a paused process, too
});

test('one that ends while starting is reported with the end of its log', async () => {
  await expect(startPong(`process.exit(7);`)).rejects.toThrow(/exit code 7[^]*said before/);
});

test('what a killed parent left is found by its pid file, and no other process is touched', async () => {
  const { child } = await startPong();
  const pidDir = join(dir, 'pids');
  const pid = child.pid!;
  const note = JSON.parse(readFileSync(join(pidDir, 'pong.json'), 'utf8')) as object;

  writeFileSync(join(pidDir, 'pong.json'), JSON.stringify({ ...note, startTime: 1 })); // the pid of someone else now
  expect(await endOrphans(pidDir, '/somewhere/else')).toEqual([]);
  expect(child.pid).toBe(pid);

  writeFileSync(join(pidDir, 'pong.json'), JSON.stringify(note));
  expect(await endOrphans(pidDir, '/somewhere/else')).toEqual(['pong']);
  expect(whatRunsHere()).not.toContain(pid);
});

/** Starts a process whose working folder is `folder` and whose pid file is below it, like the servers of a run. */
async function startIn(folder: string): Promise<Child> {
  mkdirSync(folder, { recursive: true });
  const child = await startChild({
    name: 'left',
    place: placeAt(folder, undefined, hurry.signal),
    command: process.execPath,
    args: ['-e', "require('node:fs').writeFileSync('ready', ''); setInterval(() => {}, 1_000)"],
    env: {},
    cwd: folder,
    ready: () => waitUntil('it runs', 10_000, async () => existsSync(join(folder, 'ready'))),
  });
  children.push(child);
  return child;
}

test('what a stopped test left is ended with the temporary folder of its run, and nothing outside it', async () => {
  const { child: other } = await startPong();
  const left = await startIn(join(dir, 'run', 'one-test'));
  const ended = new Promise((resolve) => left.onUnexpectedExit(resolve));
  await endRun(join(dir, 'run'));
  expect(await ended).toBe('SIGTERM');
  expect(other.pid).toBeDefined();
});

test('of the folders of earlier runs those are cleared whose whole name says so', async () => {
  const gone = 2 ** 22 + 1; // above the highest pid of Linux
  const old = await startIn(join(dir, `rolling-${gone}-1`));
  const ofAKilledTest = await startIn(
    runFolder(dir, 'test-image').replace(String(process.pid), String(gone)),
  );
  const ofThisProcess = await startIn(join(dir, `rolling-${process.pid}-1`));
  const withARandomEnd = await startIn(join(dir, `rolling-${gone}fGh2x`)); // as mkdtemp makes them
  const ended = [old, ofAKilledTest].map(
    (child) => new Promise((resolve) => child.onUnexpectedExit(resolve)),
  );
  await clearOldRuns(dir);
  expect(await Promise.all(ended)).toEqual(['SIGTERM', 'SIGTERM']);
  expect([ofThisProcess.pid, withARandomEnd.pid]).not.toContain(undefined);
});
