import { randomBytes } from 'node:crypto';

/** 14 characters of base 36 are 72 random bits: enough for any number of batches, short enough to read out. */
export const batchIdPattern = /^[0-9a-z]{14}$/;

/** An entry's id, which is also that of its hold and of its order. */
export const entryIdPattern = /^[0-9a-z]{14}-[0-9a-z]{1,4}$/;

export function newBatchId(): string {
  return BigInt(`0x${randomBytes(9).toString('hex')}`)
    .toString(36)
    .padStart(14, '0');
}

/** The entry at `index` (from 0) of a batch. claim.lua counts the same way. */
export function entryIdOf(batchId: string, index: number): string {
  return `${batchId}-${index.toString(36)}`;
}
