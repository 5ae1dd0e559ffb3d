import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { commandOf, processesIn } from '../../../local/process/proc.ts';

// Starts and stops a whole system several times, on a machine that runs other tests at the same time.
jest.setTimeout(300_000);

const root = resolve(import.meta.dirname, '../../..');

let dir: string;

beforeEach(() => (dir = mkdtempSync(join(tmpdir(), 'seatdrop-drill-'))));
afterEach(() => rmSync(dir, { recursive: true, force: true }));

// Moments of the start, by the number of processes: servers create their data, servers start, tiers start, everything
// runs.
test.each([
  ['SIGINT', 2, 5],
  ['SIGTERM', 6, 12],
  ['SIGINT', 13, 18],
] as const)('%s ends all processes if there are %d to %d of them', async (name, from, to) => {
  const drill = start();
  const moment = from + Math.floor(Math.random() * (to - from + 1));
  await processes(moment, drill);
  drill.child.kill(name);
  const [code] = (await drill.ended) as [number | null];
  expect({ moment, left: await leftOver(), code }).toEqual({ moment, left: [], code: 1 });
  expect(drill.output()).toContain(`stopping (${name})`);
});

test('a drill whose system does not start ends by itself', async () => {
  const drill = start({ LOG_LEVEL: 'loud' }); // every tier refuses it, once the servers are up
  const [code] = (await drill.ended) as [number | null];
  expect(drill.output()).toContain('it could not be run');
  expect({ left: await leftOver(), code }).toEqual({ left: [], code: 1 });
});

test('a drill ends the processes that a killed drill has left', async () => {
  const first = start();
  await processes(6, first);
  first.child.kill('SIGKILL');
  await first.ended;
  expect(processesIn(dir).length).toBeGreaterThan(0);

  const next = start();
  await next.says('starting a system');
  next.child.kill('SIGTERM');
  await next.ended;
  expect(await leftOver()).toEqual([]);
});

/**
 * Starts a drill in its own folder, which is also HOME: each of its processes has it in the environment or works in
 * it.
 */
function start(env: Record<string, string> = {}) {
  const child = spawn(
    process.execPath,
    ['load-tests/commands/drill.ts', '--only', 'short', '--minutes', '1'],
    {
      cwd: root,
      env: { ...process.env, HOME: dir, SEATDROP_LOCAL_DIR: dir, ...env },
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    },
  );
  let output = '';
  child.stderr?.on('data', (text: Buffer) => (output += text.toString()));
  const drill = { child, ended: once(child, 'close'), output: () => output };
  const says = (text: string) => until(drill, () => output.includes(text));
  return { ...drill, says };
}

type Drill = Pick<ReturnType<typeof start>, 'child' | 'output'>;

/** Resolves when there are at least `count` processes, including the drill itself. */
function processes(count: number, drill: Drill): Promise<void> {
  return until(drill, () => processesIn(dir).length >= count);
}

async function until({ child, output }: Drill, condition: () => boolean): Promise<void> {
  while (!condition()) {
    if (child.exitCode !== null) throw new Error(`the drill ended with ${child.exitCode}:\n${output()}`);
    await sleep(20);
  }
}

/** Command lines of the processes that still run. A killed one may take a moment to disappear. */
async function leftOver(): Promise<string[]> {
  for (let polls = 0; polls < 100 && processesIn(dir).length > 0; polls += 1) await sleep(50);
  return processesIn(dir).map(({ pid }) => `${pid} ${commandOf(pid).slice(0, 200)}`);
}
