import { setTimeout as pause } from 'node:timers/promises';

/** Far longer than anything should take, so that a slow machine does not fail a test. */
const defaultDeadlineMs = 20_000;

/**
 * Polls until `check` neither throws nor returns false, and resolves with its result. Rejects with the last error if
 * that does not happen within `deadlineMs`. For effects of other processes and servers.
 */
export async function eventually<T>(
  check: () => T | false | Promise<T | false>,
  deadlineMs = defaultDeadlineMs,
): Promise<T> {
  const deadline = performance.now() + deadlineMs;
  for (;;) {
    let fault: unknown;
    try {
      const result = await check();
      if (result !== false) return result;
      fault = new Error(`not true within ${deadlineMs} ms: ${check.toString()}`);
    } catch (error) {
      fault = error;
    }
    if (performance.now() >= deadline) throw fault;
    await pause(20);
  }
}
