import { createSecretKey, randomBytes } from 'node:crypto';
import { keyOf, type KeyList } from '../shared/auth/key-list.ts';

/** A list of one random key. */
export function randomKeys(): KeyList {
  return [keyOf(createSecretKey(randomBytes(32)))];
}

/** The list in the form of the settings, for a separate process. */
export function toSetting(keys: KeyList): string {
  return keys.map(({ secret }) => secret.export().toString('hex')).join(',');
}
