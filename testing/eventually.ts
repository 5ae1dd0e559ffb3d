import { setTimeout as pause } from 'node:timers/promises';

/** Milliseconds; far more than anything should take, so that only what never comes fails. */
const patience = 20_000;

/**
 * Asks again and again until `look` neither throws nor returns false, and resolves with what it returned. Rejects
 * with its last error when that does not happen in time. For what another process or a server does by itself.
 */
export async function eventually<T>(
  look: () => T | false | Promise<T | false>,
  deadlineMs = patience,
): Promise<T> {
  const deadline = performance.now() + deadlineMs;
  for (;;) {
    let fault: unknown;
    try {
      const seen = await look();
      if (seen !== false) return seen;
      fault = new Error(`did not come true within ${deadlineMs} ms: ${look.toString()}`);
    } catch (error) {
      fault = error;
    }
    if (performance.now() >= deadline) throw fault;
    await pause(20);
  }
}
