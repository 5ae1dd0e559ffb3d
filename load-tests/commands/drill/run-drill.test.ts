import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

// Takes about a minute on an idle machine; the timeout allows for a busy one.
jest.setTimeout(1_200_000);

const root = resolve(import.meta.dirname, '../../..');

test('each tier, the broker and a Redis master are killed, and every rule holds', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'seatdrop-drill-'));
  // The IPC channel ends the drill when the process that runs this test ends.
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
  const kills = Number(/(\d+) kills/.exec(output.slice(output.lastIndexOf('minutes of faults')))?.[1]);
  expect(kills).toBeGreaterThanOrEqual(3);
  expect(output).toContain(': 0 violations');
  rmSync(dir, { recursive: true, force: true });
});
