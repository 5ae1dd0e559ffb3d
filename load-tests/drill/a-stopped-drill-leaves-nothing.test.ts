import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { allProcs, workingFolder } from '../../local/proc.ts';

// A system that starts, and has to be stopped, several times; on a machine that runs other tests meanwhile.
jest.setTimeout(300_000);

const root = resolve(import.meta.dirname, '../..');

let dir: string;

beforeEach(() => (dir = mkdtempSync(join(tmpdir(), 'seatdrop-drill-'))));
afterEach(() => rmSync(dir, { recursive: true, force: true }));

// Moments of the start: the servers make their data, they come up, tiers and demo data, the sale.
test.each([
  ['SIGINT', 0.3, 2],
  ['SIGTERM', 2, 6],
  ['SIGINT', 6, 14],
] as const)('%s between %d and %d seconds after its start', async (name, from, to) => {
  const moment = from + Math.random() * (to - from);
  const drill = start();
  const seen = await watchFor(moment * 1000);
  drill.child.kill(name);
  const [code] = (await drill.ended) as [number | null];
  expect({ moment, left: await leftOver(seen), code }).toEqual({ moment, left: [], code: 1 });
  expect(drill.output()).toContain(`stopping (${name})`);
});

test('what a drill left that was killed outright, the next one ends', async () => {
  const first = start();
  const seen = await watchFor(4_000);
  first.child.kill('SIGKILL');
  await first.ended;
  expect(marked().length).toBeGreaterThan(0);

  const next = start();
  for (const pid of await watchFor(3_000)) seen.add(pid);
  next.child.kill('SIGTERM');
  await next.ended;
  expect(await leftOver(seen)).toEqual([]);
});

/** In a folder of its own, which is also HOME: each process of it has that in its environment or works there. */
function start() {
  const child = spawn(process.execPath, ['load-tests/drill.ts', '--only', 'short', '--minutes', '1'], {
    cwd: root,
    env: { ...process.env, HOME: dir, SEATDROP_LOCAL_DIR: dir },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let output = '';
  child.stderr?.on('data', (text: Buffer) => (output += text.toString()));
  return { child, ended: once(child, 'close'), output: () => output };
}

/** Processes that were there at some time during so many milliseconds. */
async function watchFor(ms: number): Promise<Set<number>> {
  const seen = new Set<number>();
  for (const until = Date.now() + ms; Date.now() < until; await sleep(100)) {
    for (const pid of marked()) seen.add(pid);
  }
  return seen;
}

/** Commands of what still runs. One that was killed may take a moment to be gone. */
async function leftOver(seen: ReadonlySet<number>): Promise<string[]> {
  for (let looks = 0; looks < 20 && marked().length > 0; looks += 1) await sleep(50);
  expect(seen.size).toBeGreaterThan(0);
  return marked().map((pid) => `${pid} ${read(pid, 'cmdline').replaceAll('\0', ' ').slice(0, 200)}`);
}

function marked(): number[] {
  const others = allProcs().filter(({ pid }) => pid !== process.pid);
  return others
    .map(({ pid }) => pid)
    .filter((pid) => workingFolder(pid)?.startsWith(dir) === true || read(pid, 'environ').includes(dir));
}

function read(pid: number, what: 'environ' | 'cmdline'): string {
  try {
    return readFileSync(`/proc/${pid}/${what}`, 'utf8');
  } catch {
    return ''; // gone meanwhile
  }
}
