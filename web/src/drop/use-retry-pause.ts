import { useEffect, useState } from 'react';

/** Whole seconds until another try makes sense, counting down. `until`: monotonic timer, milliseconds. */
export function useRetryPause(until: number | undefined): number {
  const [, tick] = useState(0);
  const left = Math.max(0, Math.ceil(((until ?? 0) - performance.now()) / 1000));
  useEffect(() => {
    if (until === undefined) return undefined;
    const timer = setInterval(() => {
      tick((count) => count + 1);
      if (until <= performance.now()) clearInterval(timer);
    }, 250);
    return () => clearInterval(timer);
  }, [until]);
  return left;
}
