/** Twins of the scripts that only read (view, lapses, look, pulse), plain reads, and the number of accepted entries. */
import { decodeHoldState, decodeSeats, type HoldState } from './hold.ts';
import { moment } from './holds.ts';
import { places, type Place } from './keys.ts';
import { decodeReleaseReason, type ReleaseReason } from './release-reason.ts';
import { unexpected, UnexpectedReply, type Reply } from './script.ts';
import type { Store } from './store.ts';

/** Version 0: Redis knows nothing of the drop. */
export type View = { version: number } & (
  | { kind: 'none' }
  | { kind: 'sold_out'; refusedUntil?: number }
  /** Only the archived ledger tells. */
  | { kind: 'retired' }
  | { kind: 'standby'; entryId: string; quantity: number; position: number }
  | {
      kind: HoldState;
      holdId: string;
      seats: string[];
      expiresAt: number;
      reason?: ReleaseReason;
      refusedUntil?: number;
    }
);

/** `now` and `until` (ms) by the clock of Redis; `version` of the last one listed, to continue from. */
export type Lapses = { now: number; version: number; refused: { buyerId: number; until: number }[] };

/** Seats of one partition, and marks that differ if anything has happened in it since an earlier look. */
export type Look = Record<'capacity' | 'free' | 'held' | 'paying' | 'sold' | 'version', number> & {
  /** Id of the latest ledger record; '' if there is none. */
  latest: string;
  status: Status;
};

/** What may be left to do in a partition. */
export type Pulse = {
  /** How long the longest overdue hold has been overdue, and the longest payment under way; -1: there is none. */
  overdueMs: number;
  payingMs: number;
  /** Promotions for which `told` was not called, and transfers to other partitions that are under way. */
  untold: number;
  transfers: number;
  standby: number;
  free: number;
};

/** `over`: nothing is given out any more. `retired`: also, Redis has only figures of it. */
export type Status = 'open' | 'cancelled' | 'over' | 'retired';

/** Seats, except `standby` and `standbyLimit` (buyers) and `decided` (entries). held + paying + sold + free = capacity. */
export type Counts = {
  capacity: number;
  free: number;
  held: number;
  paying: number;
  sold: number;
  standby: number;
  standbyLimit: number;
  decided: number;
};

/** Seats of one partition at one moment, by its counters and by counting its rows. */
export type Tally = Record<'counters' | 'rows', { free: number; taken: number; sold: number }>;

export type Reads = {
  view: (place: Place, buyerId: number) => Promise<View>;
  /**
   * The same without waiting for replicas, for finding out in which of many drops a buyer has an entry. A failover can
   * still undo what it returns, so it must not be told to anybody: ask `view` about those found.
   */
  glimpse: (place: Place, buyerId: number) => Promise<View>;
  /**
   * Buyers whose entries are refused for a while because holds of theirs lapsed after version `known`, at most `limit`.
   * Undefined if the partition is not in Redis.
   */
  lapses: (place: Place, known: number, limit: number) => Promise<Lapses | undefined>;
  /** The figures of a partition; undefined if it is not in Redis. Raises its version to the clock. */
  look: (place: Place) => Promise<Look | undefined>;
  /** What may be left to do in a partition; undefined if it is not in Redis. */
  pulse: (place: Place) => Promise<Pulse | undefined>;
  /** Of all partitions together; undefined if one of them is not in Redis. */
  counts: (drop: { id: number; partitions: number }) => Promise<Counts | undefined>;
  /** Of each partition; undefined where it is not in Redis. */
  partitionCounts: (drop: { id: number; partitions: number }) => Promise<(Counts | undefined)[]>;
  /** Of each partition; undefined where it is not in Redis. */
  tallies: (drop: { id: number; partitions: number }) => Promise<(Tally | undefined)[]>;
  /** The smallest quantity that a buyer in standby waits for; undefined if standby is empty. */
  leastWanted: (place: Place) => Promise<number | undefined>;
  /**
   * One string for each row, one character for each seat: '.' free, 'h' held or paying, 's' sold, '-' in transfer
   * between partitions. Empty if Redis does not have the rows: not yet, or no longer.
   */
  seatMap: (drop: { id: number; partitions: number }) => Promise<string[]>;
  /** Entries that publishers have accepted; up to a second old. */
  accepted: (dropId: number) => Promise<number>;
  /** Adds to the number of accepted entries. */
  noteAccepted: (dropId: number, entries: number) => Promise<void>;
};

export function createReads({ redis, keys, script, atOnce }: Store): Reads {
  const view = script('view');
  const glimpse = script('view', atOnce);
  // Buyers are told nothing by it, and it must work while a replica is away.
  const look = script('look', atOnce);
  // Need not survive a failover: claim.lua refuses the buyers that a publisher does not know of.
  const lapses = script('lapses', atOnce);
  const pulse = script('pulse', atOnce);

  const partitionCounts: Reads['partitionCounts'] = ({ id, partitions }) =>
    Promise.all(
      places(id, partitions).map(async (place) => {
        const [numbers, standby] = await Promise.all([
          redis.hmget(
            keys.key(place, 'meta'),
            'capacity',
            'free',
            'held',
            'paying',
            'sold',
            'standbyLimit',
            'decided',
          ),
          redis.zcard(keys.key(place, 'standby')),
        ]);
        if (numbers[0] === null) return undefined;
        const [capacity = 0, free = 0, held = 0, paying = 0, sold = 0, standbyLimit = 0, decided = 0] =
          numbers.map(Number);
        return { capacity, free, held, paying, sold, standby, standbyLimit, decided };
      }),
    );

  return {
    view: async (place, buyerId) => decodeView(await view(place, buyerId)),
    glimpse: async (place, buyerId) => decodeView(await glimpse(place, buyerId)),

    async lapses(place, known, limit) {
      const reply = await lapses(place, known, limit);
      const [outcome, now, version, ...pairs] = reply;
      if (outcome === 'gone') return undefined;
      if (outcome !== 'lapses') throw unexpected('lapses', reply);
      const refused = Array.from({ length: pairs.length / 2 }, (_, at) => ({
        buyerId: Number(pairs[2 * at]),
        until: Number(pairs[2 * at + 1]),
      }));
      return { now: Number(now), version: Number(version), refused };
    },

    async look(place) {
      const reply = await look(place);
      const [outcome, capacity, free, held, paying, sold, latest, version, status] = reply;
      if (outcome !== 'there') return undefined;
      return {
        capacity: Number(capacity),
        free: Number(free),
        held: Number(held),
        paying: Number(paying),
        sold: Number(sold),
        latest: String(latest),
        version: Number(version),
        status: decodeStatus(status),
      };
    },

    async pulse(place) {
      const [outcome, ...figures] = await pulse(place);
      if (outcome !== 'there') return undefined;
      const [overdueMs = -1, payingMs = -1, untold = 0, transfers = 0, standby = 0, free = 0] =
        figures.map(Number);
      return { overdueMs, payingMs, untold, transfers, standby, free };
    },

    async counts(drop) {
      const parts = await partitionCounts(drop);
      const [first, ...rest] = parts;
      if (!first || rest.includes(undefined)) return undefined;
      const sum = { ...first };
      for (const part of rest) {
        if (part) for (const name of Object.keys(sum) as (keyof Counts)[]) sum[name] += part[name];
      }
      return sum;
    },

    partitionCounts,

    tallies: ({ id, partitions }) =>
      Promise.all(
        places(id, partitions).map(async (place) => {
          // One transaction: no script runs between the two.
          const [meta, rows] =
            (await redis
              .multi()
              .hmget(keys.key(place, 'meta'), 'free', 'held', 'paying', 'sold')
              .hvals(keys.key(place, 'rows'))
              .exec()) ?? [];
          if (!meta || !rows || meta[0] || rows[0]) throw meta?.[0] ?? rows?.[0] ?? new Error('no reply');
          const numbers = meta[1] as (string | null)[];
          if (numbers[0] === null) return undefined;
          const [free = 0, held = 0, paying = 0, sold = 0] = numbers.map(Number);
          const drawn = (rows[1] as string[]).join('');
          const count = (state: string) => drawn.split(state).length - 1;
          return {
            counters: { free, taken: held + paying, sold },
            rows: { free: count('.'), taken: count('h'), sold: count('s') },
          };
        }),
      ),

    async leastWanted(place) {
      const [first] = await redis.zrange(keys.key(place, 'standby'), '0', '0');
      if (first === undefined) return undefined;
      const standing = await view(place, Number(first));
      return standing[0] === 'standby' ? Number(standing[3]) : undefined;
    },

    async seatMap({ id, partitions }) {
      const maps = await Promise.all(
        places(id, partitions).map((place) => redis.hgetall(keys.key(place, 'rows'))),
      );
      // A retired partition has no rows; then the whole map is read from MySQL.
      const rowCount = Math.min(...maps.map((map) => Object.keys(map).length));
      return Array.from({ length: rowCount }, (_, index) => overlay(maps.map((map) => map[index] ?? '')));
    },

    async accepted(dropId) {
      return Number((await redis.get(keys.accepted(dropId))) ?? 0);
    },

    async noteAccepted(dropId, entries) {
      await redis.incrby(keys.accepted(dropId), entries);
    },
  };
}

function decodeStatus(status: unknown): Status {
  if (status === 'open' || status === 'cancelled' || status === 'over' || status === 'retired') return status;
  throw new UnexpectedReply(`unknown status ${String(status)}`);
}

/** Combines a row of all partitions: each seat as the partition that has it says. */
function overlay(rows: string[]): string {
  const [first = '', ...others] = rows;
  if (others.length === 0) return first;
  return Array.from(first, (seat, index) =>
    seat === '-' ? (others.map((row) => row[index]).find((other) => other !== '-') ?? '-') : seat,
  ).join('');
}

function decodeView(reply: Reply): View {
  const [outcome, stamped, id, third, fourth, fifth, sixth, seventh] = reply;
  const version = Number(stamped);
  switch (outcome) {
    case 'none':
    case 'retired':
      return { kind: outcome, version };
    case 'sold_out':
      return { kind: outcome, version, ...(id !== undefined && { refusedUntil: Number(id) }) };
    case 'standby':
      return {
        kind: outcome,
        version,
        entryId: String(id),
        quantity: Number(third),
        position: Number(fourth),
      };
    case 'hold': {
      const reason = decodeReleaseReason(sixth);
      const refusedUntil = moment(seventh);
      return {
        kind: decodeHoldState(third),
        version,
        holdId: String(id),
        seats: decodeSeats(fourth),
        expiresAt: Number(fifth),
        ...(reason && { reason }),
        ...(refusedUntil !== undefined && { refusedUntil }),
      };
    }
    default:
      throw unexpected('view', reply);
  }
}
