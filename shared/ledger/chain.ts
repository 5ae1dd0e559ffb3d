/**
 * Each archived record carries the SHA-256 of the previous hash and of itself, so changing, removing or inserting a
 * record makes every later hash wrong. Anybody who kept one hash can check whether the records up to it are still the
 * same.
 */
import { createHash } from 'node:crypto';
import type { Place } from '../inventory/keys.ts';

/** The hash before the first record: it differs in every partition, so their chains have no hash in common. */
export function genesis({ dropId, partition }: Place): Buffer {
  return createHash('sha256').update(`seatdrop ledger ${dropId}.${partition}`).digest();
}

/** `record`: the archived text, character for character. */
export function nextHash(previous: Buffer, seq: number, streamId: string | null, record: string): Buffer {
  return createHash('sha256')
    .update(previous)
    .update(`${seq}|${streamId ?? ''}|${record}`)
    .digest();
}
