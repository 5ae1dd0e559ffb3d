import { newBatchId } from '../../shared/inventory/entry-id.ts';
import type { Batch } from '../../shared/inventory/claim.ts';

/** Entries in one batch: what a publisher sends under full load. */
export const batchSize = 200;

/** `entries` entries, one per buyer for one seat each, in batches as a publisher makes them. */
export function* batchesOf(entries: number): Generator<Required<Batch>> {
  for (let first = 1, number = 1; first <= entries; first += batchSize, number += 1) {
    const count = Math.min(batchSize, entries - first + 1);
    const packed = Array.from({ length: count }, (_, at) => `${first + at}:1`).join(',');
    yield { id: newBatchId(), packed, sent: `benchmrk.${number}` };
  }
}
