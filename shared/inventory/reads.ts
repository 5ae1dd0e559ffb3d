/** Twins of the scripts that change nothing but what is only shown: view, lapses, look, pulse; and plain reads. */
import { decodeHoldState, decodeSeats, type HoldState } from './hold.ts';
import { moment } from './holds.ts';
import { places, type Place } from './keys.ts';
import { decodeReleaseReason, type ReleaseReason } from './release-reason.ts';
import { unexpected, UnexpectedReply } from './script.ts';
import type { Store } from './store.ts';

/** Version 0: Redis knows nothing of the drop. */
export type View = { version: number } & (
  | { kind: 'none' }
  | { kind: 'sold_out'; refusedUntil?: number }
  /** The archived ledger tells. */
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

/** `now` and `until` by the clock of Redis; `version` of the last one told, to go on from. */
export type Lapses = { now: number; version: number; refused: { buyerId: number; until: number }[] };

/** Seats of one partition, and what tells whether anything has happened in it since an earlier look. */
export type Look = Record<'capacity' | 'free' | 'held' | 'paying' | 'sold' | 'version', number> & {
  /** Id of the latest ledger record; '' when there is none. */
  latest: string;
  status: Status;
};

/** What there may be left to do in a partition. */
export type Pulse = {
  /** Milliseconds for which the time of some held hold has been over, and for which some hold has been in payment; -1: none. */
  overdueMs: number;
  payingMs: number;
  /** Promotions that nobody said are told, and transfers to other partitions that are under way. */
  untold: number;
  transfers: number;
  standby: number;
  free: number;
};

/** `over`: nothing is given out any more. `retired`: and Redis has nothing but figures of it. */
export type Status = 'open' | 'cancelled' | 'over' | 'retired';

/** Seats, but for `standby` (buyers) and `decided` (entries). held + paying + sold + free = capacity. */
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

/** Seats of one partition, by the counters and by counting the rows, at one moment. */
export type Tally = Record<'counters' | 'rows', { free: number; taken: number; sold: number }>;

export type Reads = {
  view: (place: Place, buyerId: number) => Promise<View>;
  /**
   * Buyers whose entries are refused for a while since holds of theirs lapsed: those of after version `known`, at most
   * `limit`. Undefined when the partition is not in Redis.
   */
  lapses: (place: Place, known: number, limit: number) => Promise<Lapses | undefined>;
  /** The figures of a partition; undefined where it is not in Redis. Moves its version on with the clock. */
  look: (place: Place) => Promise<Look | undefined>;
  /** One small look; undefined where the partition is not in Redis. */
  pulse: (place: Place) => Promise<Pulse | undefined>;
  /** Of all partitions together. Undefined when the drop is not in Redis. */
  counts: (drop: { id: number; partitions: number }) => Promise<Counts | undefined>;
  /** Of each partition; undefined where it is not in Redis. */
  partitionCounts: (drop: { id: number; partitions: number }) => Promise<(Counts | undefined)[]>;
  /** Of each partition; undefined where it is not in Redis. */
  tallies: (drop: { id: number; partitions: number }) => Promise<(Tally | undefined)[]>;
  /** Seats that the most modest buyer in standby waits for; undefined when nobody does. */
  leastWanted: (place: Place) => Promise<number | undefined>;
  /**
   * One string a row, one character a seat: '.' free, 'h' held or paying, 's' sold, '-' changing partitions. Empty
   * when Redis does not have it: not yet, or no longer.
   */
  seatMap: (drop: { id: number; partitions: number }) => Promise<string[]>;
  /** Entries that publishers have accepted, up to a second ago. */
  accepted: (dropId: number) => Promise<number>;
  /** Adds to it. */
  noteAccepted: (dropId: number, entries: number) => Promise<void>;
};

export function createReads({ redis, keys, script, atOnce }: Store): Reads {
  const view = script('view');
  // Nobody is told of it, and looking goes on while a replica is away.
  const look = script('look', atOnce);
  // Redis refuses by itself those of whom a publisher has not heard.
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
    async view(place, buyerId) {
      const reply = await view(place, buyerId);
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
    },

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
      // A partition that is retired has none; the whole map is read from MySQL then.
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

/** A row as seen over all partitions: each seat as the partition that has it knows it. */
function overlay(rows: string[]): string {
  const [first = '', ...others] = rows;
  if (others.length === 0) return first;
  return Array.from(first, (seat, index) =>
    seat === '-' ? (others.map((row) => row[index]).find((other) => other !== '-') ?? '-') : seat,
  ).join('');
}
