import { useEffect, useState } from 'react';

/** Milliseconds without typing before the value counts. */
const pause = 250;

/** Debounces a value, so that the server is not asked at every letter. */
export function useLater<T>(value: T): T {
  const [later, setLater] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setLater(value), pause);
    return () => clearTimeout(timer);
  }, [value]);
  return later;
}
