import { createSecretKey, randomBytes } from 'node:crypto';
import { keyOf, type KeyList } from '../shared/auth/key-list.ts';

/** A list of one key that nobody else has. */
export function randomKeys(): KeyList {
  return [keyOf(createSecretKey(randomBytes(32)))];
}

/** A list as the settings have it, for a process of its own. */
export function toSetting(keys: KeyList): string {
  return keys.map(({ secret }) => secret.export().toString('hex')).join(',');
}
