/**
 * Keys for HMAC-SHA-256, in lists: the first signs, all verify. So a key is replaced while the system runs
 * (docs/operations.md, "Rotate a key").
 */
import { createHmac, createSecretKey, type KeyObject } from 'node:crypto';

/** `id`: what a token says in its header (`kid`), computed from the key. It is no secret, and tells nothing of the key. */
export type Key = { readonly id: string; readonly secret: KeyObject };

export type KeyList = readonly [Key, ...Key[]];

/** Tells a token's keys apart, and is short enough to travel with each. */
const idLength = 8;

/** The id is computed, so that no two processes mean different keys by the same id, and nobody has to think of one. */
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

/** A list for another purpose: a key that is derived from each. What is signed for one purpose passes for no other. */
export function deriveKeys([first, ...others]: KeyList, purpose: string): KeyList {
  const derive = ({ secret }: Key) =>
    keyOf(createSecretKey(createHmac('sha256', secret).update(purpose).digest()));
  return [derive(first), ...others.map(derive)];
}
