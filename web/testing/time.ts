/** Time that passes when the test says so. */
import { act } from '@testing-library/react';

/** From here to the end of the test. What is asked of the API is answered in no time. */
export function stopTime(): void {
  jest.useFakeTimers({ doNotFake: ['queueMicrotask', 'nextTick', 'setImmediate'] });
}

/** In small steps, so that what happens in one of them (an answer, a drawing) is there in the next. */
export async function passTime(ms: number): Promise<void> {
  const step = 200;
  for (let left = ms; left > 0; left -= step) {
    await act(async () => {
      await jest.advanceTimersByTimeAsync(Math.min(step, left));
      for (let turn = 0; turn < 10; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    });
  }
}
