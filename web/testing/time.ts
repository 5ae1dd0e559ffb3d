/** Fake time, which the test moves. */
import { act } from '@testing-library/react';

/** Until the end of the test. Requests are answered without any time passing. */
export function stopTime(): void {
  jest.useFakeTimers({ doNotFake: ['queueMicrotask', 'nextTick', 'setImmediate'] });
}

/** Moves in small steps, so that the effects of one step (an answer, a render) are there in the next. */
export async function passTime(ms: number): Promise<void> {
  const step = 200;
  for (let left = ms; left > 0; left -= step) {
    await act(async () => {
      await jest.advanceTimersByTimeAsync(Math.min(step, left));
      for (let turn = 0; turn < 10; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    });
  }
}
