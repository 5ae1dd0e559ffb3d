import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

// About a minute on a machine that does nothing else. How long it takes on one that does is no fault.
jest.setTimeout(1_200_000);

const root = resolve(import.meta.dirname, '../../..');

test('each tier, the broker and a Redis master are killed, and every rule holds', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'seatdrop-drill-'));
  // A channel, so that the drill ends with the process that runs this test.
  const drill = spawn(
    process.execPath,
    ['load-tests/commands/drill.ts', '--only', 'short', '--minutes', '0.3', '--buyers', '300'],
    {
      cwd: root,
      env: { ...process.env, SEATDROP_LOCAL_DIR: dir },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    },
  );
  let output = '';
  for (const stream of [drill.stdout, drill.stderr]) {
    stream?.on('data', (text: Buffer) => (output += text.toString()));
  }
  const [code] = (await once(drill, 'close')) as [number | null];
  if (code !== 0) throw new Error(`the drill ended with ${code}; its logs are in ${dir}:\n${output}`);
  const kills = Number(/(\d+) kills/.exec(output.slice(output.lastIndexOf('minutes of breaking')))?.[1]);
  expect(kills).toBeGreaterThanOrEqual(3);
  expect(output).toContain(': 0 violations');
  rmSync(dir, { recursive: true, force: true });
});
