/** Computes a partition's state from its ledger, in the form in which it can be loaded into Redis again. */
import { entryIdOf } from '../shared/inventory/entry-id.ts';
import { rowsOf, seatId } from '../shared/inventory/layout.ts';
import type { Lapse } from '../shared/inventory/lapse.ts';
import type { LatestEntry, PartitionState, RestoredHold } from '../shared/inventory/restore.ts';
import type { Drop } from '../shared/drops/drop.ts';
import type { LedgerRecord, Sent } from '../shared/ledger/record.ts';
import type { Replay } from './replay.ts';
import { SentNumbers } from '../shared/ledger/sent-numbers.ts';

/** As many as claim.lua remembers. */
const maxBatches = 512;
/** Size of the bitmap of sold-out buyers; buyers with ids beyond it are left out, and are no longer told `sold_out`. */
const maxBitmapBytes = 64 * 2 ** 20;

/** Keeps what Replay does not: each buyer's current entry, replies of the latest batches, and all batch numbers. */
export class StateKeeper {
  readonly entries = new Map<number, LatestEntry>();
  readonly batches: { id: string; reply: string }[] = [];
  /** By publisher's channel. */
  readonly #sent = new Map<string, SentNumbers>();
  readonly #soldOut = new Set<number>();
  readonly #reasons = new Map<string, string>();
  readonly #refunded = new Set<string>();
  /** Of each buyer who has had a lapse, or a hold given back early. */
  readonly #lapses = new Map<number, Lapse>();
  #lapsePauseMs = 0;
  #sequence = 0;
  #cancelled = false;
  #over = false;

  /** `reply`: for a claim, the script's reply. */
  add(record: LedgerRecord, reply: string): void {
    switch (record.kind) {
      case 'claim': {
        this.batches.push({ id: record.batch.id, reply });
        if (this.batches.length > 2 * maxBatches) this.batches.splice(0, maxBatches);
        this.#addClaim(record);
        if (record.sent) this.#addSent(record.sent);
        return;
      }
      case 'promote':
      case 'retake':
      case 'sold':
        this.entries.set(record.buyerId, { state: 'hold', holdId: record.holdId });
        return;
      case 'release':
        this.#reasons.set(record.holdId, record.reason ?? '');
        this.#lapse(record);
        this.#end(record);
        return;
      case 'refund':
      case 'withhold':
        if (record.left > 0) return;
        this.#reasons.set(record.holdId, 'refunded');
        this.#refunded.add(record.holdId);
        this.#end(record);
        return;
      case 'leave':
        if (this.#cancelled) this.entries.set(record.buyerId, { state: 'ended', holdId: record.holdId });
        else {
          this.entries.delete(record.buyerId);
          this.#soldOut.delete(record.buyerId);
        }
        return;
      case 'cancel':
        this.#cancelled = true;
        return;
      case 'end':
        for (const { buyerId, holdId } of record.places)
          this.entries.set(buyerId, { state: 'ended', holdId, atClosing: true });
        return;
      case 'over':
        this.#over = true;
        return;
      case 'stock':
      case 'terms':
        this.#lapsePauseMs = record.terms?.lapsePauseMs ?? 0;
        return;
      case 'paying':
      case 'declined':
      case 'lend':
      case 'borrow':
      case 'restore':
    }
  }

  #addSent({ by, number }: Sent): void {
    let numbers = this.#sent.get(by);
    if (!numbers) this.#sent.set(by, (numbers = new SentNumbers()));
    numbers.add(number);
  }

  /** The first hold of a buyer that is given back early is no lapse: it is remembered as lapse 0. */
  #lapse({ buyerId, reason, lapse }: LedgerRecord & { kind: 'release' }): void {
    if (lapse) this.#lapses.set(buyerId, lapse);
    else if (this.#lapsePauseMs > 0 && reason === 'given_back')
      this.#lapses.set(buyerId, { count: 0, until: 0 });
  }

  /** Ends the buyer's entry, unless the buyer has a newer one. */
  #end({ buyerId, holdId }: { buyerId: number; holdId: string }): void {
    const entry = this.entries.get(buyerId);
    if (entry?.state === 'hold' && entry.holdId === holdId)
      this.entries.set(buyerId, { state: 'ended', holdId });
  }

  #addClaim({ outcomes, batch }: LedgerRecord & { kind: 'claim' }): void {
    const quantities = batch.packed.split(',').map((entry) => Number(entry.split(':')[1]));
    for (const [index, outcome] of outcomes.entries()) {
      switch (outcome.kind) {
        case 'held':
          this.entries.set(outcome.hold.buyerId, { state: 'hold', holdId: outcome.hold.holdId });
          break;
        case 'standby': {
          this.#sequence += 1;
          const quantity = quantities[index] ?? 1;
          const standing = { holdId: outcome.entryId, quantity, sequence: this.#sequence };
          this.entries.set(outcome.buyerId, { state: 'standby', ...standing });
          break;
        }
        case 'sold_out':
          if (outcome.refusedUntil !== undefined) {
            const refused = { holdId: entryIdOf(batch.id, index), until: outcome.refusedUntil };
            this.entries.set(outcome.buyerId, { state: 'refused', ...refused });
            break;
          }
          // A retired partition does not know who bought, so its claims never count as duplicates.
          if (this.#over && this.entries.get(outcome.buyerId)?.state === 'hold') break;
          this.entries.delete(outcome.buyerId);
          this.#soldOut.add(outcome.buyerId);
          break;
        case 'duplicate':
          break;
      }
    }
  }

  state(drop: Drop, replay: Replay): Omit<PartitionState, 'lent' | 'borrowed'> {
    return {
      terms: { ...replay.terms, partitions: drop.partitions, dropCapacity: drop.capacity },
      status: replay.over ? 'over' : replay.cancelled ? 'cancelled' : 'open',
      decided: replay.decidedCount,
      sequence: this.#sequence,
      rows: drawRows(drop, replay),
      holds: this.#holds(replay),
      entries: this.entries,
      untold: [...replay.holds.values()]
        .filter(({ promoted, state }) => promoted && state === 'held')
        .map(({ holdId }) => holdId),
      batches: this.batches.slice(-maxBatches),
      sent: [...this.#sent].map(([channel, { highest, skipped }]) => ({ channel, highest, skipped })),
      lapses: this.#lapses,
      soldOut: this.#bitmap(drop.partitions),
    };
  }

  #holds(replay: Replay): RestoredHold[] {
    const ofHold = Map.groupBy(replay.withheld, ([, holdId]) => holdId);
    return [...replay.holds.values()].map(({ holdId, buyerId, seats, expiresAt, attempt, state }) => {
      const withheld = state === 'released' ? (ofHold.get(holdId) ?? []).map(([seat]) => seat) : [];
      const isWithheld = withheld.length > 0;
      return {
        holdId,
        buyerId,
        seats: isWithheld ? withheld : seats,
        expiresAt,
        attempt,
        state:
          state !== 'released' || !this.#refunded.has(holdId)
            ? state
            : isWithheld
              ? ('withheld' as const)
              : ('refunded' as const),
        reason: state === 'released' ? (this.#reasons.get(holdId) ?? '') : '',
      };
    });
  }

  /** Bits as soldOutBit in prelude.lua numbers them; in Redis bit 0 is the highest bit of byte 0. */
  #bitmap(partitions: number): Buffer {
    const highest = this.#soldOut.size === 0 ? -1 : Math.floor(this.#highest() / partitions);
    const bitmap = Buffer.alloc(Math.min(maxBitmapBytes, Math.floor((highest + 8) / 8)));
    for (const buyerId of this.#soldOut) {
      const bit = Math.floor(buyerId / partitions);
      const byte = Math.floor(bit / 8);
      if (byte < bitmap.length) bitmap[byte] = bitmap[byte]! | (128 >> (bit % 8));
    }
    return bitmap;
  }

  #highest(): number {
    let highest = 0;
    for (const buyerId of this.#soldOut) highest = Math.max(highest, buyerId);
    return highest;
  }
}

function drawRows(drop: Drop, replay: Replay): string[] {
  const own = new Set(replay.seats);
  return rowsOf(drop.sections).map(({ seats }, row) =>
    Array.from({ length: seats }, (_, index) => {
      const id = seatId(row, index + 1);
      if (!own.has(id)) return '-';
      return replay.drawn(id);
    }).join(''),
  );
}
