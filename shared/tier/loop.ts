import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from './log.ts';

export type Loop = {
  /** Runs the duty now, without waiting for the interval to end. If it is running, it runs again right after. */
  poke: () => void;
  /** Ends the loop after the run under way. */
  stop: () => Promise<void>;
};

/**
 * Repeats one maintenance duty: the next run starts `intervalMs` after the last one ended, so runs never overlap. A run
 * that throws is logged (the first of consecutive failures as a warning) and tried again; it never ends the loop. A
 * long run should end early once `stopping` is aborted.
 */
export function startLoop(
  name: string,
  intervalMs: number,
  log: Log,
  duty: (stopping: AbortSignal) => Promise<void>,
): Loop {
  const stopping = new AbortController();
  let poked = false;
  let wake: () => void = () => {};
  let failures = 0;

  const run = async () => {
    while (!stopping.signal.aborted) {
      poked = false;
      try {
        await duty(stopping.signal);
        failures = 0;
      } catch (error) {
        failures += 1;
        log[failures === 1 ? 'warn' : 'debug']({ err: error, duty: name, failures }, 'duty failed');
      }
      if (poked) continue;
      const woken = new Promise<void>((resolve) => (wake = resolve));
      const interval = new AbortController();
      const endInterval = () => interval.abort();
      stopping.signal.addEventListener('abort', endInterval, { once: true });
      if (stopping.signal.aborted) endInterval();
      await Promise.race([woken, sleep(intervalMs, undefined, { signal: interval.signal }).catch(() => {})]);
      stopping.signal.removeEventListener('abort', endInterval);
      interval.abort();
    }
  };
  const ended = run();
  return {
    poke: () => {
      poked = true;
      wake();
    },
    stop: async () => {
      stopping.abort();
      await ended;
    },
  };
}
