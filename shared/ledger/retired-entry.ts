/** Computes the state of a buyer's entry in a retired drop, which Redis has forgotten, from the ledger. */
import type { EntryState } from '../contract/entries.ts';
import type { Place } from '../inventory/keys.ts';
import type { ReleaseReason } from '../inventory/release-reason.ts';
import { allOwnLines } from './own-lines.ts';
import type { LedgerSource } from './read-ledger.ts';
import { decodeRecord, type LedgerRecord } from './record.ts';

type Standing =
  | { kind: 'none' | 'sold_out' }
  | { kind: 'standby'; entryId: string }
  | { kind: 'hold' | 'sold'; holdId: string; seats: string[] }
  | { kind: 'released'; holdId: string; reason: ReleaseReason | undefined };

/** `version`: the partition's present one, which is above the versions of everything that was told before. */
export async function readRetiredEntry(
  source: LedgerSource,
  place: Place,
  buyerId: number,
  version: number,
): Promise<EntryState> {
  let standing: Standing = { kind: 'none' };
  let left: { seq: number; holdId: string } | undefined;
  for (const { seq, streamId, fields } of await allOwnLines(source, place, buyerId)) {
    const record = decodeRecord(streamId, fields);
    if (record.kind === 'leave') left = { seq, holdId: record.holdId };
    standing = follow(standing, record, buyerId);
  }
  switch (standing.kind) {
    case 'sold':
      return { status: 'sold', version, seats: standing.seats, orderId: standing.holdId };
    case 'released':
      return { status: 'released', version, ...(standing.reason && { reason: standing.reason }) };
    case 'sold_out':
      return { status: 'sold_out', version };
    case 'none':
      // A place in standby that ends because the drop is cancelled has the same record as a buyer who leaves.
      return left && (await wasCancelled(source, place, left.seq))
        ? { status: 'released', version, reason: 'cancelled' }
        : { status: 'none', version };
    case 'hold':
    case 'standby':
      // Nothing is held once a drop is over: a failover lost the record of the hold's end.
      return { status: 'released', version };
  }
}

function follow(standing: Standing, record: LedgerRecord, buyerId: number): Standing {
  switch (record.kind) {
    case 'claim':
      return followClaim(standing, record, buyerId);
    case 'promote':
    case 'retake':
      return { kind: 'hold', holdId: record.holdId, seats: record.seats };
    case 'sold': {
      // An order that lacked seats may get them by a second record.
      const had = standing.kind === 'sold' && standing.holdId === record.holdId ? standing.seats : [];
      return { kind: 'sold', holdId: record.holdId, seats: [...had, ...record.seats] };
    }
    case 'release':
      return end(standing, record.holdId, record.reason);
    case 'refund':
      return refund(standing, record);
    case 'withhold':
      return record.left > 0 ? standing : end(standing, record.holdId, 'refunded');
    case 'leave':
      return { kind: 'none' };
    case 'end': {
      const place = record.places.find((each) => each.buyerId === buyerId);
      return place ? { kind: 'released', holdId: place.holdId, reason: 'closed' } : standing;
    }
    case 'stock':
    case 'terms':
    case 'paying':
    case 'declined':
    case 'lend':
    case 'borrow':
    case 'cancel':
    case 'over':
    case 'restore':
      return standing;
  }
}

function refund(standing: Standing, record: LedgerRecord & { kind: 'refund' }): Standing {
  if (record.left === 0) return end(standing, record.holdId, 'refunded');
  if (standing.kind !== 'sold' || standing.holdId !== record.holdId) return standing;
  return { ...standing, seats: standing.seats.filter((seat) => !record.seats.includes(seat)) };
}

/** Ends the hold, unless the buyer has something newer. */
function end(standing: Standing, holdId: string, reason: ReleaseReason | undefined): Standing {
  const isLatest = (standing.kind === 'hold' || standing.kind === 'sold') && standing.holdId === holdId;
  return isLatest ? { kind: 'released', holdId, reason } : standing;
}

function followClaim(
  before: Standing,
  { outcomes }: LedgerRecord & { kind: 'claim' },
  buyerId: number,
): Standing {
  let standing = before;
  for (const outcome of outcomes) {
    if ((outcome.kind === 'held' ? outcome.hold : outcome).buyerId !== buyerId) continue;
    switch (outcome.kind) {
      case 'held':
        standing = { kind: 'hold', holdId: outcome.hold.holdId, seats: outcome.hold.seats };
        break;
      case 'standby':
        standing = { kind: 'standby', entryId: outcome.entryId };
        break;
      case 'sold_out':
        // A retired partition does not know who bought, so its claims never count as duplicates: an order stays.
        if (standing.kind !== 'sold') standing = { kind: 'sold_out' };
        break;
      case 'duplicate':
        break;
    }
  }
  return standing;
}

async function wasCancelled(
  { db }: LedgerSource,
  { dropId, partition }: Place,
  before: number,
): Promise<boolean> {
  const cancel: unknown = await db('ledger')
    .where({ drop_id: dropId, partition, kind: 'cancel' })
    .where('seq', '<', before)
    .first('seq');
  return cancel !== undefined;
}
