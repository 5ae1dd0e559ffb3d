/**
 * The records that the inventory scripts write to a partition's ledger (`ledger(...)` in prelude.lua and its callers),
 * decoded. Only the scripts write them; readers use these types.
 */
import { decodeOutcomes, type Batch, type Outcome } from '../inventory/claim.ts';
import type { Lapse } from '../inventory/lapse.ts';
import { decodeSeats } from '../inventory/hold.ts';
import { decodeReleaseReason, type ReleaseReason } from '../inventory/release-reason.ts';

/**
 * The limits that apply from this record on. `standbyLimit` is this partition's share. `closesAt` is missing in records
 * from before Redis knew it; then buyers were promoted after closing as well.
 */
export type Terms = {
  maxPerBuyer: number;
  standbyLimit: number;
  holdMs: number;
  lapsePauseMs: number;
  closesAt?: number;
};

/** A hold that checkout, the consumer or the sweeper changed. */
export type OfHold = { holdId: string; buyerId: number };
export type OfSeats = OfHold & { seats: string[] };

export type Event =
  /** `terms` is missing in records from before terms were recorded. */
  | { kind: 'stock'; count: number; terms: Terms | undefined }
  | { kind: 'terms'; terms: Terms }
  | {
      kind: 'claim';
      batch: Batch;
      decidedAt: number;
      outcomes: Outcome[];
      /**
       * The publisher's channel and the batch's number on it. `late`: sent again by hand, after later batches. Undefined
       * in records from before batches had numbers, or from before a batch sent again kept its number.
       */
      sent: Sent | undefined;
      /** Number of entries that the partition had decided before; undefined in records from before they were counted. */
      before: number | undefined;
    }
  | ({ kind: 'retake' | 'promote'; expiresAt: number } & OfSeats)
  | ({ kind: 'paying' | 'declined'; attempt: number } & OfHold)
  | ({ kind: 'sold' } & OfSeats)
  /**
   * `withheld`: the seats of it that stay sold, since their tickets were used. `left`: how many seats the order still
   * has; 0 in records from before seats could be refunded one by one.
   */
  | ({ kind: 'refund'; withheld: string[]; left: number } & OfSeats)
  /** Free seats became withheld again, as in MySQL: a failover had lost that. `left`: as above. */
  | ({ kind: 'withhold'; left: number } & OfSeats)
  /** `lapse`: this is the buyer's lapse number `count`, and entries are refused until `until` (ms) because of it. */
  | ({
      kind: 'release';
      reason: ReleaseReason | undefined;
      lapse: Lapse | undefined;
    } & OfSeats)
  | ({ kind: 'leave' } & OfHold)
  | { kind: 'lend'; transfer: string; to: number; seats: string[] }
  | { kind: 'borrow'; transfer: string; seats: string[] }
  | { kind: 'cancel' }
  /** These places in standby ended at closing. */
  | { kind: 'end'; places: OfHold[] }
  /** From here on nothing is given out. */
  | { kind: 'over' }
  /** The partition was restored from the ledger up to `from`; the numbers are its counters afterwards. */
  | {
      kind: 'restore';
      from: string;
      free: number;
      taken: number;
      sold: number;
      standby: number;
      /** The number of records that follow and come from MySQL instead of the archived ledger. */
      added: number;
    };

/** `id`: the record's id in the stream: milliseconds since 1970 by Redis (`at`), and a number within the millisecond. */
export type LedgerRecord = { id: string; at: number } & Event;

/** A record as in Redis: name, value, name, value, ... */
export type Fields = readonly string[];

/** @throws if no script writes such a record */
export function decodeRecord(id: string, fields: Fields): LedgerRecord {
  return { id, at: Number.parseInt(id, 10), ...decodeEvent(id, fieldsOf(fields)) };
}

export function fieldsOf(fields: Fields): Map<string, string> {
  const named = new Map<string, string>();
  for (let at = 0; at + 1 < fields.length; at += 2) named.set(fields[at]!, fields[at + 1]!);
  return named;
}

/** The buyers that a record concerns. */
export function buyersOf(fields: Fields): number[] {
  const named = fieldsOf(fields);
  const buyer = named.get('u');
  if (buyer !== undefined) return [Number(buyer)];
  const entries = named.get('e');
  if (entries === undefined) return [];
  return [...new Set(entries.split(',').map((entry) => Number.parseInt(entry, 10)))];
}

function decodeEvent(id: string, fields: ReadonlyMap<string, string>): Event {
  const text = (name: string): string => {
    const value = fields.get(name);
    if (value === undefined) throw new Error(`ledger record ${id} lacks ${name}`);
    return value;
  };
  const number = (name: string) => Number(text(name));
  const who = () => ({ holdId: text('h'), buyerId: number('u') });
  const seats = () => decodeSeats(text('s'));
  const terms = (): Terms => ({
    maxPerBuyer: number('m'),
    standbyLimit: number('w'),
    holdMs: number('x'),
    // Missing in records of earlier versions, which had no such pause.
    lapsePauseMs: fields.has('p') ? number('p') : 0,
    ...(fields.has('c') && { closesAt: number('c') }),
  });
  const lapse = () => (fields.has('l') ? { count: number('l'), until: number('until') } : undefined);
  const left = () => (fields.has('n') ? number('n') : 0);
  const kind = text('t');
  switch (kind) {
    case 'stock':
      return { kind, count: number('n'), terms: fields.has('m') ? terms() : undefined };
    case 'terms':
      return { kind, terms: terms() };
    case 'claim': {
      const batch = { id: text('b'), packed: text('e') };
      const before = fields.has('n') ? number('n') : undefined;
      return { kind, batch, ...decodeOutcomes(text('r'), batch), sent: decodeSent(fields.get('q')), before };
    }
    case 'retake':
    case 'promote':
      return { kind, ...who(), seats: seats(), expiresAt: number('x') };
    case 'paying':
    case 'declined':
      return { kind, ...who(), attempt: number('a') };
    case 'sold':
      return { kind, ...who(), seats: seats() };
    case 'withhold':
      return { kind, ...who(), seats: seats(), left: left() };
    case 'refund':
      return { kind, ...who(), seats: seats(), withheld: decodeSeats(fields.get('w') ?? ''), left: left() };
    case 'release':
      return { kind, ...who(), seats: seats(), reason: decodeReleaseReason(text('why')), lapse: lapse() };
    case 'leave':
      return { kind, ...who() };
    case 'lend':
      return { kind, transfer: text('b'), to: number('to'), seats: seats() };
    case 'borrow':
      return { kind, transfer: text('b'), seats: seats() };
    case 'cancel':
    case 'over':
      return { kind };
    case 'end':
      return { kind, places: text('e').split(',').map(decodePlace) };
    case 'restore':
      return {
        kind,
        from: text('f'),
        free: number('free'),
        taken: number('taken'),
        sold: number('sold'),
        standby: number('standby'),
        added: number('added'),
      };
    default:
      throw new Error(`ledger record ${id} is of an unknown kind: ${kind}`);
  }
}

/** `BUYER:ENTRY`, as endStandby in prelude.lua writes it. */
function decodePlace(packed: string): OfHold {
  const [buyerId, holdId = ''] = packed.split(':');
  return { holdId, buyerId: Number(buyerId) };
}

export type Sent = { by: string; number: number; late: boolean };

/** `CHANNEL.NUMBER` or `CHANNEL.NUMBER.late`, as entry-batch.ts writes it. */
function decodeSent(text = ''): Sent | undefined {
  const [by = '', number, late] = text.split('.');
  return by === '' ? undefined : { by, number: Number(number), late: late === 'late' };
}
