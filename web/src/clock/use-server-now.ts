import { useEffect, useState, useSyncExternalStore } from 'react';
import { serverClock } from './server-clock.ts';

/** The server's time in milliseconds, told anew at each of its full seconds. */
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

/** True from the moment on that a time has come at the server. */
export function useHasCome(time: number | undefined): boolean {
  const [, again] = useState(0);
  useEffect(() => {
    if (time === undefined) return undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const look = () => {
      clearTimeout(timer);
      again((count) => count + 1);
      const left = time - serverClock.now();
      // setTimeout takes 24 days at most, and far off there is nothing to be exact about.
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

/** How far off our idea of the server's time can be; undefined while nothing is known. */
export function useClockUncertainty(): number | undefined {
  return useSyncExternalStore(serverClock.subscribe, () => serverClock.uncertainty());
}
