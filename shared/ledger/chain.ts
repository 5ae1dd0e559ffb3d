/**
 * Each archived record carries the SHA-256 of the hash before it and of itself, so no record can be changed, left out
 * or put in without every later hash being wrong. Whoever kept one hash can tell whether the records up to it are
 * still the same.
 */
import { createHash } from 'node:crypto';
import type { Place } from '../inventory/keys.ts';

/** What the first record's hash is built on: chains of different partitions have nothing in common. */
export function genesis({ dropId, partition }: Place): Buffer {
  return createHash('sha256').update(`seatdrop ledger ${dropId}.${partition}`).digest();
}

/** `record` is the text that is archived, to the letter. */
export function nextHash(previous: Buffer, seq: number, streamId: string | null, record: string): Buffer {
  return createHash('sha256')
    .update(previous)
    .update(`${seq}|${streamId ?? ''}|${record}`)
    .digest();
}
