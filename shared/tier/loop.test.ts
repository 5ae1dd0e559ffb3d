import { startLoop } from './loop.ts';
import { captureLog } from '../../testing/captured-log.ts';
import { eventually } from '../../testing/eventually.ts';

const long = 3_600_000;

test('a run that fails is logged, the first of a row aloud, and the next one comes', async () => {
  const { log, lines } = captureLog();
  let runs = 0;
  const loop = startLoop('duty', 1, log, () => {
    runs += 1;
    return runs <= 3 ? Promise.reject(new Error('away')) : Promise.resolve();
  });
  await eventually(() => runs >= 5);
  await loop.stop();
  expect(lines.map(({ level }) => level)).toEqual([40, 20, 20]);
});

test('one run at a time, and none after a stop, which waits for the one under way', async () => {
  const { log } = captureLog();
  let running = 0;
  let peakRunning = 0;
  let finish = () => {};
  let begun = 0;
  const loop = startLoop('duty', 0, log, async () => {
    begun += 1;
    running += 1;
    peakRunning = Math.max(peakRunning, running);
    await new Promise<void>((resolve) => (finish = resolve));
    running -= 1;
  });
  for (const round of [1, 2, 3]) {
    await eventually(() => begun === round);
    loop.poke();
    loop.poke();
    finish();
  }
  await eventually(() => begun === 4);
  let stopped = false;
  const stopping = loop.stop().then(() => (stopped = true));
  expect(stopped).toBe(false);
  finish();
  await stopping;
  loop.poke();
  expect([begun, peakRunning, running]).toEqual([4, 1, 0]);
});

test('a poke runs the duty at once, also one that comes while it runs', async () => {
  const { log } = captureLog();
  let begun = 0;
  let finish = () => {};
  const loop = startLoop('duty', long, log, async () => {
    begun += 1;
    await new Promise<void>((resolve) => (finish = resolve));
  });
  expect(begun).toBe(1);
  // The change that this poke is about may have come too late for the running duty.
  loop.poke();
  finish();
  await eventually(() => begun === 2);
  finish();
  // Now the loop waits for its interval.
  await new Promise((resolve) => setImmediate(resolve));
  expect(begun).toBe(2);
  loop.poke();
  await eventually(() => begun === 3);
  finish();
  await loop.stop();
});
