import { useEffect, useState } from 'react';

/** Milliseconds without a further key. */
const pause = 250;

/** The value once it has rested for a moment: not every letter is worth asking the server. */
export function useLater<T>(value: T): T {
  const [later, setLater] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setLater(value), pause);
    return () => clearTimeout(timer);
  }, [value]);
  return later;
}
