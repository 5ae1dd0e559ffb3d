import type { KeyObject } from 'node:crypto';

/** What is made of a key, made once for each and forgotten with it. */
export function perKey<T>(make: (key: KeyObject) => T): (key: KeyObject) => T {
  const made = new WeakMap<KeyObject, T>();
  return (key) => {
    let of = made.get(key);
    if (of === undefined) made.set(key, (of = make(key)));
    return of;
  };
}
