/** Twin of restore.lua: a whole partition as plain values goes in, a portion a call. */
import { newBatchId } from './entry-id.ts';
import type { Hold } from './hold.ts';
import { encodeSeats } from './hold.ts';
import type { Lapse } from './lapse.ts';
import type { KeyName, Place } from './keys.ts';
import { defineScript, unexpected } from './script.ts';
import type { Store } from './store.ts';

/**
 * `refunded` and `released` are told apart here: a late word on a refunded payment must not sell the seats again.
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
  /** Of the latest place in standby. */
  sequence: number;
  /** One string a row of the drop, as seatMap gives them. */
  rows: string[];
  holds: RestoredHold[];
  /** Buyer -> what counts of theirs. */
  entries: Map<number, LatestEntry>;
  /** Promoted holds whose buyers may not have been told. */
  untold: string[];
  /** The latest batches with their replies, oldest first, for those that come again. */
  batches: { id: string; reply: string }[];
  /** Of each publisher's channel: the highest number of a batch that was decided, and those below it that were not. */
  sent: { channel: string; highest: number; skipped: { from: number; to: number }[] }[];
  lent: { transfer: string; to: number; seats: readonly string[] }[];
  borrowed: string[];
  /** Buyer -> how many holds have lapsed, and until when entries are refused for it (ms). */
  lapses: ReadonlyMap<number, Lapse>;
  /** A bit for each buyer whose last outcome was sold out, at id / partitions. */
  soldOut: Buffer;
};

export type LatestEntry =
  | { of: 'hold'; holdId: string }
  /** `atClosing`: it was a place in standby. */
  | { of: 'ended'; holdId: string; atClosing?: true }
  | { of: 'refused'; holdId: string; until: number }
  | { of: 'standby'; holdId: string; quantity: number; sequence: number };

export type Restore = (
  place: Place,
  state: PartitionState,
  options: {
    /** The last archived record. */
    upTo: string | undefined;
    replace: boolean;
    /** For the ledger: the restoring itself, and what MySQL knew beyond the ledger. */
    records: readonly (readonly string[])[];
  },
) => Promise<'restored' | 'exists' | 'moved'>;

const codes = { held: 'h', paying: 'p', sold: 's', released: 'r', refunded: 'f', withheld: 'w' } as const;

/** As in prelude.lua. */
const sequences = 2 ** 40;

type Value = string | number | Buffer;

/** Values, and bytes of text, that one call loads at the most, so that it keeps its node for a moment only. */
const maxValues = 2_000;
const maxBytes = 256 * 1024;

export function createRestore({ redis, keys, atOnce, lasting, script }: Store): Restore {
  const restoring = (place: Place) => keys.restoring(place);
  // Only the last step counts; it says whether all portions are there, on whatever node it runs.
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
        // What is not done when this process ends here is done by claims and by the sweeper.
        while (Number((await promote(place))[1]) === 1);
        return outcome;
      case 'exists':
      case 'moved':
        return outcome;
      // Its node has lost portions at a failover, or somebody else restores it.
      case 'lost':
        return 'moved';
      default:
        throw unexpected('restore', [outcome]);
    }
  };
}

/** What belongs together in a key: a field and its value, a score and its member, one member, or one record. */
type Contents = Iterable<[key: KeyName, item: Value[]]>;

function* contentsOf(state: PartitionState, records: readonly (readonly string[])[]): Contents {
  for (const row of state.rows) yield ['rows', [row]];

  const seats = { free: 0, held: 0, paying: 0, sold: 0 };
  let elsewhere = 0;
  for (const row of state.rows) {
    seats.free += row.split('.').length - 1;
    elsewhere += row.split('-').length - 1;
  }
  for (const hold of state.holds) {
    if (hold.state === 'held' || hold.state === 'paying' || hold.state === 'sold')
      seats[hold.state] += hold.seats.length;
    if (hold.state === 'withheld') seats.sold += hold.seats.length;
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
    if (entry.of === 'standby') yield ['standby', [entry.quantity * sequences + entry.sequence, buyerId]];
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
    // Each as of a version of its own, so that publishers get them portion by portion.
    if (count > 0) yield ['lapsed', [(lapsed += 1), buyerId]];
  }
  for (let at = 0; at < state.soldOut.length; at += maxBytes)
    yield ['soldout', [state.soldOut.subarray(at, at + maxBytes)]];
  for (const record of records) yield ['ledger', [record.length, ...record]];
}

/** Each key's items, in their order, joined to calls of bounded size. */
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
  switch (entry.of) {
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
