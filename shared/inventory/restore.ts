/** Twin of restore.lua: a whole partition as plain values goes in. */
import type { Hold } from './hold.ts';
import { encodeSeats } from './hold.ts';
import type { Lapse } from './lapse.ts';
import type { Place } from './keys.ts';
import { unexpected, type Script } from './script.ts';

/** `refunded` and `released` are told apart here: a late word on a refunded payment must not sell the seats again. */
export type RestoredHold = Hold & {
  state: 'held' | 'paying' | 'sold' | 'released' | 'refunded';
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
  };
  cancelled: boolean;
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
  | { of: 'hold' | 'ended'; holdId: string }
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

const codes = { held: 'h', paying: 'p', sold: 's', released: 'r', refunded: 'f' } as const;

/** As in prelude.lua. */
const sequences = 2 ** 40;

export function createRestore(script: Script): Restore {
  return async (place, state, { upTo, replace, records }) => {
    const { maxPerBuyer, standbyLimit, holdMs, partitions, lapsePauseMs } = state.terms;
    const status = state.cancelled ? 'cancelled' : 'open';
    const document = {
      terms: [
        maxPerBuyer,
        standbyLimit,
        holdMs,
        status,
        state.sequence,
        state.decided,
        partitions,
        lapsePauseMs,
      ].map(String),
      rows: state.rows,
      holds: state.holds.map((hold) => [
        hold.holdId,
        codes[hold.state],
        String(hold.buyerId),
        String(hold.expiresAt),
        encodeSeats(hold.seats),
        String(hold.attempt),
        hold.reason,
      ]),
      entries: [...state.entries].map(([buyerId, entry]) => [String(buyerId), encodeEntry(entry)]),
      standby: [...state.entries].flatMap(([buyerId, entry]) =>
        entry.of === 'standby'
          ? [[String(buyerId), String(entry.quantity * sequences + entry.sequence)]]
          : [],
      ),
      untold: state.untold,
      batches: state.batches.map(({ id, reply }) => [id, reply]),
      sent: state.sent.map(({ channel, highest }) => [channel, String(highest)]),
      // As in prelude.lua.
      skipped: state.sent.flatMap(({ channel, skipped }) =>
        skipped.map(({ from, to }) => `${channel}.${String(to).padStart(15, '0')}.${from}`),
      ),
      lent: state.lent.map(({ transfer, to, seats }) => [transfer, `${to}|${encodeSeats(seats)}`]),
      borrowed: state.borrowed,
      lapses: [...state.lapses].map(([buyerId, { count, until }]) => [String(buyerId), `${count}|${until}`]),
      records,
    };
    const reply = await script(
      place,
      upTo ?? '',
      replace ? '1' : '0',
      JSON.stringify(document),
      state.soldOut,
    );
    const [outcome] = reply;
    if (outcome === 'restored' || outcome === 'exists' || outcome === 'moved') return outcome;
    throw unexpected('restore', reply);
  };
}

function encodeEntry(entry: LatestEntry): string {
  switch (entry.of) {
    case 'hold':
      return `H|${entry.holdId}`;
    case 'ended':
      return `R|${entry.holdId}`;
    case 'refused':
      return `L|${entry.holdId}|${entry.until}`;
    case 'standby':
      return `W|${entry.holdId}|${entry.quantity}|${entry.sequence}`;
  }
}
