import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { allProcs, workingFolder } from '../../local/proc.ts';

// A whole system beside those of other tests.
jest.setTimeout(300_000);

const root = resolve(import.meta.dirname, '../..');
let dir: string;

beforeEach(() => (dir = mkdtempSync(join(tmpdir(), 'seatdrop-drill-'))));
afterEach(() => rmSync(dir, { recursive: true, force: true }));

test('every tier and one server of each kind is killed during a sale, and no rule is broken', async () => {
  const args = ['load-tests/drill.ts', '--only', 'each-in-turn', '--minutes', '0.6', '--buyers', '200'];
  const env = { ...process.env, SEATDROP_LOCAL_DIR: dir };
  // Rejects, with the seed and what was broken, when the exit code is not 0.
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: root, env });

  const [, kills, entries, orders] =
    /^\| each-in-turn \| \d+ \| 0\.6 \| (\d+) \| \d+ \| (\d+) \| (\d+) \|.* 0 \|$/m.exec(stdout) ?? [];
  expect(Number(kills)).toBeGreaterThanOrEqual(5);
  expect(Number(entries)).toBeGreaterThanOrEqual(60);
  expect(Number(orders)).toBeGreaterThan(0);

  expect(allProcs().filter(({ pid }) => workingFolder(pid)?.startsWith(dir))).toEqual([]);
  expect(readdirSync(join(dir, readdirSync(dir)[0] ?? ''))).not.toContain('servers');
});
