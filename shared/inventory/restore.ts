/** Twin of restore.lua: writes a whole partition from plain values, a portion in each call. */
import { newBatchId } from './entry-id.ts';
import type { Hold } from './hold.ts';
import { encodeSeats } from './hold.ts';
import type { Lapse } from './lapse.ts';
import type { KeyName, Place } from './keys.ts';
import { defineScript, unexpected } from './script.ts';
import type { Store } from './store.ts';

/**
 * `refunded` differs from `released` here: a late message about a refunded payment must not sell the seats again.
 * `withheld`: refunded, and `seats` are those of it that stay sold.
 */
export type RestoredHold = Hold & {
  state: 'held' | 'paying' | 'sold' | 'released' | 'refunded' | 'withheld';
  attempt: number;
  /** Why it was released, if it was. */
  reason: string;
};

export type PartitionState = {
  terms: {
    maxPerBuyer: number;
    standbyLimit: number;
    holdMs: number;
    partitions: number;
    lapsePauseMs: number;
    /** Seats of all partitions together. */
    dropCapacity: number;
  };
  status: 'open' | 'cancelled' | 'over';
  decided: number;
  /** Sequence number of the latest place in standby. */
  sequence: number;
  /** One string for each row of the drop, as in seatMap. */
  rows: string[];
  holds: RestoredHold[];
  /** By buyer. */
  entries: Map<number, LatestEntry>;
  /** Promoted holds whose buyers may not have been told. */
  untold: string[];
  /** The latest batches with their replies, oldest first: a redelivered one gets the same reply. */
  batches: { id: string; reply: string }[];
  /** For each publisher's channel: the highest number of a decided batch, and the undecided numbers below it. */
  sent: { channel: string; highest: number; skipped: { from: number; to: number }[] }[];
  lent: { transfer: string; to: number; seats: readonly string[] }[];
  borrowed: string[];
  /** Buyer -> how many holds have lapsed, and until when entries are refused for it (ms). */
  lapses: ReadonlyMap<number, Lapse>;
  /** A bit for each buyer whose last outcome was sold out, at id / partitions. */
  soldOut: Buffer;
};

export type LatestEntry =
  | { state: 'hold'; holdId: string }
  /** `atClosing`: it was a place in standby. */
  | { state: 'ended'; holdId: string; atClosing?: true }
  | { state: 'refused'; holdId: string; until: number }
  | { state: 'standby'; holdId: string; quantity: number; sequence: number };

export type Restore = (
  place: Place,
  state: PartitionState,
  options: {
    /** The last archived record. */
    upTo: string | undefined;
    replace: boolean;
    /** Ledger records to add: of the restore itself, and of what MySQL has beyond the ledger. */
    records: readonly (readonly string[])[];
  },
) => Promise<'restored' | 'exists' | 'moved'>;

const codes = { held: 'h', paying: 'p', sold: 's', released: 'r', refunded: 'f', withheld: 'w' } as const;

/** As in prelude.lua. */
const sequences = 2 ** 40;

type Value = string | number | Buffer;

/** Most values, and most bytes of text, that one call loads, so that it does not keep its node busy for long. */
const maxValues = 2_000;
const maxBytes = 256 * 1024;

export function createRestore({ redis, keys, atOnce, lasting, script }: Store): Restore {
  const restoring = (place: Place) => keys.restoring(place);
  // Only the last step has to wait for replicas: it checks that all portions are there, on whatever node it runs.
  const load = defineScript(redis, keys, 'restore', atOnce, restoring);
  const finish = defineScript(redis, keys, 'restore', lasting, restoring);
  const promote = script('promote');
  return async (place, state, { upTo, replace, records }) => {
    const name = newBatchId();
    let [outcome] = await load(place, 'begin', name, upTo ?? '', replace ? '1' : '0');
    let portions = 0;
    for (const [key, values] of portionsOf(contentsOf(state, records))) {
      if (outcome !== 'loading') break;
      portions += 1;
      [outcome] = await load(place, 'load', name, portions, key, ...values);
    }
    if (outcome === 'loading') [outcome] = await finish(place, 'end', name, portions);
    switch (outcome) {
      case 'restored':
        // If this process ends here, claims and the sweeper promote the rest.
        while (Number((await promote(place))[1]) === 1);
        return outcome;
      case 'exists':
      case 'moved':
        return outcome;
      // A failover has lost portions, or another process restores the partition.
      case 'lost':
        return 'moved';
      default:
        throw unexpected('restore', [outcome]);
    }
  };
}

/** One item of a key, never split over calls: a field and its value, a score and its member, a member, or a record. */
type Contents = Iterable<[key: KeyName, item: Value[]]>;

function* contentsOf(state: PartitionState, records: readonly (readonly string[])[]): Contents {
  for (const row of state.rows) yield ['rows', [row]];

  const seats = { free: 0, held: 0, paying: 0, sold: 0 };
  let elsewhere = 0;
  for (const row of state.rows) {
    seats.free += row.split('.').length - 1;
    // Withheld seats are sold, and some are in no hold.
    seats.sold += row.split('s').length - 1;
    elsewhere += row.split('-').length - 1;
  }
  for (const hold of state.holds) {
    if (hold.state === 'held' || hold.state === 'paying') seats[hold.state] += hold.seats.length;
    yield ['holds', [hold.holdId, encodeHold(hold)]];
    if (hold.state === 'held') yield ['due', [hold.expiresAt, hold.holdId]];
    if (hold.state === 'paying') yield ['paying', [hold.holdId]];
  }
  const capacity = state.rows.reduce((sum, row) => sum + row.length, 0) - elsewhere;
  const meta = {
    ...state.terms,
    ...seats,
    capacity,
    soldOutBy: state.terms.partitions,
    status: state.status,
    sequence: state.sequence,
    decided: state.decided,
  };
  yield ['meta', Object.entries(meta).flat()];

  for (const [buyerId, entry] of state.entries) {
    yield ['entries', [buyerId, encodeEntry(entry)]];
    if (entry.state === 'standby') yield ['standby', [entry.quantity * sequences + entry.sequence, buyerId]];
  }
  for (const holdId of state.untold) yield ['untold', [holdId]];
  for (const { id, reply } of state.batches) {
    yield ['batches', [id, reply]];
    yield ['order', [id]];
  }
  for (const { channel, highest, skipped } of state.sent) {
    yield ['sent', [channel, highest]];
    // As in prelude.lua.
    for (const { from, to } of skipped)
      yield ['skipped', [0, `${channel}.${String(to).padStart(15, '0')}.${from}`]];
  }
  for (const { transfer, to, seats: lent } of state.lent)
    yield ['lent', [transfer, `${to}|${encodeSeats(lent)}`]];
  for (const transfer of state.borrowed) yield ['borrowed', [transfer, 1]];
  let lapsed = 0;
  for (const [buyerId, { count, until }] of state.lapses) {
    yield ['lapses', [buyerId, `${count}|${until}`]];
    // Each with a version of its own, so that publishers can read them in portions.
    if (count > 0) yield ['lapsed', [(lapsed += 1), buyerId]];
  }
  for (let at = 0; at < state.soldOut.length; at += maxBytes)
    yield ['soldout', [state.soldOut.subarray(at, at + maxBytes)]];
  for (const record of records) yield ['ledger', [record.length, ...record]];
}

/** Groups each key's items, in order, into calls of bounded size. */
function* portionsOf(contents: Contents): Generator<[key: KeyName, values: Value[]]> {
  const open = new Map<KeyName, { values: Value[]; bytes: number }>();
  for (const [key, item] of contents) {
    let portion = open.get(key) ?? { values: [], bytes: 0 };
    const bytes = item.reduce<number>(
      (sum, value) => sum + (typeof value === 'number' ? 8 : value.length),
      0,
    );
    if (
      portion.values.length > 0 &&
      (portion.values.length + item.length > maxValues || portion.bytes + bytes > maxBytes)
    ) {
      yield [key, portion.values];
      portion = { values: [], bytes: 0 };
    }
    portion.values.push(...item);
    portion.bytes += bytes;
    open.set(key, portion);
  }
  for (const [key, { values }] of open) yield [key, values];
}

function encodeHold({ state, buyerId, expiresAt, seats, attempt, reason }: RestoredHold): string {
  return [codes[state], buyerId, expiresAt, encodeSeats(seats), attempt, reason].join('|');
}

function encodeEntry(entry: LatestEntry): string {
  switch (entry.state) {
    case 'hold':
      return `H|${entry.holdId}`;
    case 'ended':
      return `R|${entry.holdId}${entry.atClosing ? '|closed' : ''}`;
    case 'refused':
      return `L|${entry.holdId}|${entry.until}`;
    case 'standby':
      return `W|${entry.holdId}|${entry.quantity}|${entry.sequence}`;
  }
}
