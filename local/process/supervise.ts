import { setTimeout as sleep } from 'node:timers/promises';
import type { Child } from './child.ts';

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 15_000;
/** A process that ran this long before it ended is not in a crash loop. */
const LONG_RUN_MS = 30_000;

/**
 * Restarts a process whenever it ends by itself, and reports it. Waits longer each time it ends soon.
 * @param stopping aborted when processes are stopped on purpose
 * @param pauseMs a wait to use instead, for drills, which kill processes on purpose
 */
export function supervise(
  child: Child,
  stopping: AbortSignal,
  say: (line: string) => void,
  pauseMs?: () => number,
): void {
  let wait = FIRST_WAIT_MS;
  let since = performance.now();

  async function bringBack(how: string): Promise<void> {
    let reason = `ended (${how})`;
    while (!stopping.aborted) {
      if (performance.now() - since > LONG_RUN_MS) wait = FIRST_WAIT_MS;
      say(`! ${child.name} ${reason}; starting it again. Its log: ${child.logFile}`);
      await sleep(pauseMs?.() ?? wait, undefined, { signal: stopping }).catch(() => undefined);
      wait = Math.min(wait * 2, LONGEST_WAIT_MS);
      if (stopping.aborted) return;
      since = performance.now();
      try {
        await child.restart();
        say(`✓ ${child.name} is back`);
        return;
      } catch (error) {
        reason = `does not start: ${(error as Error).message}`;
      }
    }
  }
  child.onUnexpectedExit((how) => void bringBack(how));
}
