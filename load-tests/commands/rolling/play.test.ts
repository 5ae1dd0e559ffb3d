import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

// Takes less than a minute on an idle machine; the timeout allows for a busy one.
jest.setTimeout(1_200_000);

const root = resolve(import.meta.dirname, '../../..');

test('every tier is reloaded under pm2 while buyers come: no request fails, and every rule holds', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'seatdrop-rolling-'));
  // The IPC channel ends the command when the process that runs this test ends.
  const args = ['--rounds', '1', '--rate', '8', '--processes', '1'];
  const rolling = spawn(process.execPath, ['load-tests/commands/rolling.ts', ...args], {
    cwd: root,
    env: { ...process.env, SEATDROP_LOCAL_DIR: dir },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let output = '';
  for (const stream of [rolling.stdout, rolling.stderr]) {
    stream?.on('data', (text: Buffer) => (output += text.toString()));
  }
  const [code] = (await once(rolling, 'close')) as [number | null];
  if (code !== 0) throw new Error(`it ended with ${code}; its logs are in ${dir}:\n${output}`);
  for (const tier of ['publisher', 'consumer', 'realtime', 'general']) {
    expect(output).toMatch(new RegExp(`^  ${tier} +1 .* 0$`, 'm'));
  }
  expect(output).toContain('No request failed.\n  Every rule held.');
  rmSync(dir, { recursive: true, force: true });
});
