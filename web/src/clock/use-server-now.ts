import { useEffect, useState, useSyncExternalStore } from 'react';
import { serverClock } from './server-clock.ts';

/** The server's time in milliseconds, updated at each full second of the server. */
export function useServerNow(): number {
  const [now, setNow] = useState(() => serverClock.now());
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout>;
    const tick = () => {
      const time = serverClock.now();
      setNow(time);
      timer = setTimeout(tick, 1_000 - (time % 1_000) + 2);
    };
    tick();
    const stop = serverClock.subscribe(() => {
      clearTimeout(timer);
      tick();
    });
    return () => {
      clearTimeout(timer);
      stop();
    };
  }, []);
  return now;
}

/** True once the server's clock has reached `time` (milliseconds); draws again at that moment. */
export function useHasCome(time: number | undefined): boolean {
  const [, again] = useState(0);
  useEffect(() => {
    if (time === undefined) return undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const look = () => {
      clearTimeout(timer);
      again((count) => count + 1);
      const left = time - serverClock.now();
      // setTimeout takes 24 days at most; long before the moment, precision does not matter.
      if (left > 0) timer = setTimeout(look, Math.min(left + 1, 60_000));
    };
    look();
    const stop = serverClock.subscribe(look);
    return () => {
      clearTimeout(timer);
      stop();
    };
  }, [time]);
  return time !== undefined && serverClock.now() >= time;
}

/** How far the estimate of the server's time can be off, in milliseconds; undefined before the first sample. */
export function useClockUncertainty(): number | undefined {
  return useSyncExternalStore(serverClock.subscribe, () => serverClock.uncertainty());
}
