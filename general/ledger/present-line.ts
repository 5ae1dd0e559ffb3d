import type { LedgerItem } from '../../shared/contract/ledger.ts';
import type { Outcome } from '../../shared/inventory/claim.ts';
import { entryIdOf } from '../../shared/inventory/entry-id.ts';
import type { Line } from '../../shared/ledger/read-ledger.ts';
import { decodeRecord, type Event } from '../../shared/ledger/record.ts';

/** A ledger record as the API shows it. With `buyerId`, a record about many buyers contains only this buyer's part. */
export function presentLine(partition: number, line: Line, buyerId?: number): LedgerItem {
  const record = decodeRecord(line.streamId, line.fields);
  return {
    partition,
    seq: line.seq,
    at: iso(record.at),
    kind: record.kind,
    hash: line.hash?.toString('hex') ?? null,
    ...factsOf(record, buyerId),
  };
}

function factsOf(event: Event, buyerId: number | undefined): Partial<LedgerItem> {
  switch (event.kind) {
    case 'claim': {
      const entries = event.outcomes.map((outcome, index) => presentOutcome(event, outcome, index));
      const own = entries.filter((entry) => buyerId === undefined || entry.buyerId === buyerId);
      return { batchId: event.batch.id, entries: own };
    }
    case 'retake':
    case 'promote':
      return { ...hold(event), seats: event.seats, expiresAt: iso(event.expiresAt) };
    case 'paying':
    case 'declined':
      return { ...hold(event), attempt: event.attempt };
    case 'sold':
    case 'withhold':
      return { ...hold(event), seats: event.seats };
    case 'refund':
      return {
        ...hold(event),
        seats: event.seats,
        ...(event.withheld.length > 0 && { withheld: event.withheld }),
        ...(event.left > 0 && { seatsLeft: event.left }),
      };
    case 'release':
      return {
        ...hold(event),
        seats: event.seats,
        ...(event.reason && { reason: event.reason }),
        ...(event.lapse && { retryAt: iso(event.lapse.until) }),
      };
    case 'leave':
      return hold(event);
    case 'end': {
      const own = event.places.filter((place) => buyerId === undefined || place.buyerId === buyerId);
      return { places: own.map(hold) };
    }
    case 'lend':
      return { transfer: event.transfer, to: event.to, seats: event.seats };
    case 'borrow':
      return { transfer: event.transfer, seats: event.seats };
    case 'stock':
    case 'terms':
    case 'cancel':
    case 'over':
    case 'restore':
      return {};
  }
}

function presentOutcome(
  { batch, before }: Event & { kind: 'claim' },
  outcome: Outcome,
  index: number,
): NonNullable<LedgerItem['entries']>[number] {
  const quantity = Number(batch.packed.split(',', index + 1)[index]?.split(':')[1]);
  const common = {
    entryId: entryIdOf(batch.id, index),
    quantity,
    outcome: outcome.kind,
    ...(before !== undefined && { number: before + index + 1 }),
  };
  switch (outcome.kind) {
    case 'held': {
      const { buyerId, seats, expiresAt } = outcome.hold;
      return { ...common, buyerId, seats, expiresAt: iso(expiresAt) };
    }
    case 'standby':
      return { ...common, buyerId: outcome.buyerId, position: outcome.position };
    case 'sold_out':
      return {
        ...common,
        buyerId: outcome.buyerId,
        ...(outcome.refusedUntil !== undefined && { retryAt: iso(outcome.refusedUntil) }),
      };
    case 'duplicate':
      return { ...common, buyerId: outcome.buyerId, of: outcome.entryId };
  }
}

function hold({ holdId, buyerId }: { holdId: string; buyerId: number }) {
  return { entryId: holdId, buyerId };
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
