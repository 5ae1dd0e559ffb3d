import { useEffect, useState } from 'react';

/** Whole seconds until trying again makes sense, counting down; and how to begin. */
export function useRetryPause(): [seconds: number, begin: (ms: number) => void] {
  const [until, setUntil] = useState(0);
  const [seconds, setSeconds] = useState(0);
  useEffect(() => {
    const look = () => setSeconds(Math.max(0, Math.ceil((until - performance.now()) / 1000)));
    look();
    if (until <= performance.now()) return undefined;
    const timer = setInterval(look, 250);
    return () => clearInterval(timer);
  }, [until]);
  return [seconds, (ms) => setUntil(performance.now() + ms)];
}
