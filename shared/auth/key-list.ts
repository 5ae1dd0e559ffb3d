/**
 * Lists of keys for HMAC-SHA-256: the first key signs, all verify. This allows a key to be replaced while the system
 * runs (docs/operations.md, "Rotate a key").
 */
import { createHmac, createSecretKey, type KeyObject } from 'node:crypto';

/** `id`: the `kid` in a token's header, computed from the key. It is not secret and reveals nothing about the key. */
export type Key = { readonly id: string; readonly secret: KeyObject };

export type KeyList = readonly [Key, ...Key[]];

/** Characters; enough to tell the keys of a list apart, and short enough to be part of each token. */
const idLength = 8;

/** The id is computed from the key, so that an id means the same key in all processes and nobody has to choose one. */
export function keyOf(secret: KeyObject): Key {
  const id = createHmac('sha256', secret).update('seatdrop key id').digest('base64url').slice(0, idLength);
  return Object.freeze({ id, secret });
}

/** @param list keys of 32 bytes as hex, separated by commas, as in the settings */
export function readKeyList(list: string): KeyList {
  const [first = '', ...others] = list.split(',');
  const read = (hex: string) => keyOf(createSecretKey(Buffer.from(hex, 'hex')));
  return Object.freeze([read(first), ...others.map(read)] as const);
}

/**
 * A list for another purpose, with a key derived from each key. A token signed for one purpose is invalid for others.
 */
export function deriveKeys([first, ...others]: KeyList, purpose: string): KeyList {
  const derive = ({ secret }: Key) =>
    keyOf(createSecretKey(createHmac('sha256', secret).update(purpose).digest()));
  return [derive(first), ...others.map(derive)];
}
