/**
 * Does something again and again, one at a time: the pause begins when the last one has ended, so that there is one
 * chain however often it is hurried, and none once it was stopped.
 */
export type Repeat = {
  /** At once; when one is under way already, once more as soon as that has ended. */
  hurry: () => void;
  stop: () => void;
};

/** @param act resolves to the pause before the next one, in milliseconds; must not reject */
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
