/**
 * Runs something again and again, one run at a time. The pause begins when a run has ended, so there is one
 * chain however often `hurry` is called, and none after `stop`.
 */
export type Repeat = {
  /** Runs at once, or again right after the run that is under way. */
  hurry: () => void;
  stop: () => void;
};

/** @param act resolves to the pause before the next run, in milliseconds; must not reject */
export function repeat(act: (signal: AbortSignal) => Promise<number>, firstPause: number): Repeat {
  const stopped = new AbortController();
  const { signal } = stopped;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let hurried = false;

  const run = async () => {
    timer = undefined;
    hurried = false;
    const pause = await act(signal);
    if (!signal.aborted) later(hurried ? 0 : pause);
  };
  const later = (pause: number) => {
    timer = setTimeout(() => void run(), pause);
  };
  later(firstPause);

  return {
    hurry() {
      hurried = true;
      if (timer === undefined || signal.aborted) return;
      clearTimeout(timer);
      later(0);
    },
    stop() {
      stopped.abort();
      clearTimeout(timer);
    },
  };
}
