/**
 * Who has which seat, as Redis decides it. Each method is one Lua script on the node that owns the partition, so
 * it happens wholly or not at all; each is safe to repeat. Outcomes are values; only faults are thrown.
 * What is answered outlives the node that answered (replicated.ts), but for numbers that are only shown, and for what
 * is told again from elsewhere.
 */
import type { Cluster } from 'ioredis';
import type { Drop } from '../drops/drop.ts';
import type { Log } from '../tier/log.ts';
import { createClaim, type Claim } from './claim.ts';
import {
  decodeHoldRecords,
  decodeHoldState,
  decodePromoted,
  decodeSeats,
  encodeSeats,
  type Hold,
  type HoldRecord,
  type HoldState,
  type NewHold,
} from './hold.ts';
import { Keys, type Place } from './keys.ts';
import { rowsOf, rowsOfPartition } from './layout.ts';
import { nodeOf } from '../redis/node-of.ts';
import { Replicated } from '../redis/replicated.ts';
import { createRestore, type Restore } from './restore.ts';
import { decodeReleaseReason, type ReleaseReason } from './release-reason.ts';
import { defineScript, unexpected, UnexpectedReply, type Send } from './script.ts';

/**
 * What became of a hold that ended, with the holds that standby buyers got from it. `version`, here and below: as of
 * which it is so. It grows with each change of how any buyer in the partition stands, and fits in a double exactly.
 */
export type Released = {
  kind: 'released';
  buyerId: number;
  version: number;
  /** Until when the buyer's entries are refused for it, milliseconds since 1970 by Redis; undefined: they are not. */
  refusedUntil: number | undefined;
  promoted: NewHold[];
};
export type Settled = { kind: 'settled'; state: HoldState };
export type Unknown = { kind: 'unknown' };

export type BeginPayment =
  | { kind: 'paying'; attempt: number; seats: string[]; expiresAt: number }
  | { kind: 'under_way'; attempt: number }
  | { kind: 'expired' | 'sold' | 'not_stocked' };

/** A hold whose card was charged though it gets no order. */
export type LostHold = Pick<Hold, 'holdId' | 'buyerId'> & { seats: readonly string[]; attempt: number };
/**
 * What MySQL says of seats: an order, its buyer and all its seats. `isWithheld`: the order is refunded, and these seats
 * of it stay sold, since their tickets were used.
 */
export type Owner = { orderId: string; buyerId: number; seats: readonly string[]; isWithheld?: boolean };

export type Followed = {
  /**
   * Of the hold that lost: it ended just now; it had ended before, and why is told now; nothing was left to do.
   * `blocked`: an order lacks a seat that somebody else is paying for, whose payment will come to nothing.
   */
  kind: 'ended' | 'noted' | 'known' | 'blocked';
  version: number;
  /** Buyers whose unpaid holds had seats of an order, and ended. */
  yielded: number[];
  promoted: NewHold[];
};

export type Left =
  | {
      kind: 'released';
      holdId: string;
      version: number;
      refusedUntil: number | undefined;
      promoted: NewHold[];
    }
  | { kind: 'left'; entryId: string; version: number }
  | { kind: 'paying' | 'sold' | 'none' };

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

export type Inventory = {
  /**
   * Puts a drop's seats on sale, or brings its limits up to date. Never touches seats that are on sale already.
   * `again`: it was on sale before, so a partition that is not there is `lost`, and stays so until it is restored.
   * `closed`: it has closed by the clock of Redis, so its closing can no longer be moved.
   */
  stock: (drop: Drop, options?: { again: boolean }) => Promise<'stocked' | 'lost' | 'closed'>;
  /** Decides a batch of entries in their order. */
  claim: Claim;
  /** Ends a hold whose time is over. `early`: milliseconds are left. */
  release: (
    place: Place,
    holdId: string,
  ) => Promise<Released | Settled | Unknown | { kind: 'early'; msLeft: number }>;
  /** Gives a buyer's hold back, or takes the buyer out of standby. */
  leave: (place: Place, buyerId: number) => Promise<Left>;
  /** held -> paying, before anything is charged. `payer` names the request. */
  beginPayment: (place: Place, hold: Hold, payer: string) => Promise<BeginPayment>;
  /** paying -> held while time is left, else released. For a payment that will never be approved. */
  declinePayment: (
    place: Place,
    holdId: string,
    attempt: number,
  ) => Promise<Released | Settled | Unknown | { kind: 'held'; expiresAt: number }>;
  /** paying -> sold, after MySQL has the order. */
  completePayment: (
    place: Place,
    order: { holdId: string; buyerId: number; seats: readonly string[] },
  ) => Promise<{ kind: 'sold' | 'refunded' | 'conflict'; version: number }>;
  /** Whether a hold whose card was charged can still become an order. `lost`: its seats are somebody else's by now. */
  checkCharged: (
    place: Place,
    hold: Pick<Hold, 'holdId' | 'buyerId'> & { seats: readonly string[] },
  ) => Promise<'kept' | 'lost'>;
  /** Gives seats to the orders that own them in MySQL, and ends the hold that was charged for them in vain, if any. */
  followOrders: (place: Place, owners: readonly Owner[], lost?: LostHold) => Promise<Followed>;
  /**
   * sold -> refunded, after MySQL has the refund. Seats that are `withheld` stay sold. `retired`: whether that was done before, the archived ledger tells;
   * if not, `sold` does it.
   */
  reopen: (
    place: Place,
    holdId: string,
    withheld?: readonly string[],
    sold?: { buyerId: number; seats: readonly string[] },
  ) => Promise<Released | Settled | Unknown | { kind: 'retired' }>;
  /** Ends the sale, a portion a call. `left`: holds and standby places still to end; repeat until it is 0. */
  cancel: (place: Place) => Promise<{ left: number; version: number; ended: number[] }>;
  /**
   * Ends standby after closing, a portion a call: the places of those who were `told`. `tell`: who comes next. Repeat
   * until nobody does. `early`: it has not closed.
   */
  close: (
    place: Place,
    closesAt: number,
    told: readonly number[],
  ) => Promise<{ kind: 'closed'; version: number; tell: number[] } | { kind: 'early' | 'not_stocked' }>;
  /** Ends a partition that has closed or was cancelled, unless something is left to carry through. */
  end: (place: Place) => Promise<'over' | 'busy' | 'not_stocked'>;
  /** Gives back what a partition that is over takes in Redis, if its ledger is archived up to this record. */
  retire: (place: Place, lastRecord: string) => Promise<'retired' | 'moved' | 'busy' | 'not_stocked'>;
  /** Drops that something was recorded of after they were over, with a mark for `settleLate`. */
  late: () => Promise<{ dropId: number; mark: string }[]>;
  /** It is archived; unless there is something newer by now. */
  settleLate: (dropId: number, mark: string) => Promise<void>;
  view: (place: Place, buyerId: number) => Promise<View>;
  /**
   * Buyers whose entries are refused for a while since holds of theirs lapsed: those of after version `known`, at most
   * `limit`. Undefined when the partition is not in Redis.
   */
  lapses: (place: Place, known: number, limit: number) => Promise<Lapses | undefined>;
  /** Of all partitions together. Undefined when the drop is not in Redis. */
  counts: (drop: { id: number; partitions: number }) => Promise<Counts | undefined>;
  /** Entries that publishers have accepted, up to a second ago. */
  accepted: (dropId: number) => Promise<number>;
  /** Adds to it. */
  noteAccepted: (dropId: number, entries: number) => Promise<void>;
  /** Of each partition; undefined where it is not in Redis. */
  partitionCounts: (drop: { id: number; partitions: number }) => Promise<(Counts | undefined)[]>;
  /** The figures of a partition; undefined where it is not in Redis. Moves its version on with the clock. */
  look: (place: Place) => Promise<Look | undefined>;
  /** One small look; undefined where the partition is not in Redis. */
  pulse: (place: Place) => Promise<Pulse | undefined>;
  /** Of each partition; undefined where it is not in Redis. */
  tallies: (drop: { id: number; partitions: number }) => Promise<(Tally | undefined)[]>;
  /** Seats that the most modest buyer in standby waits for; undefined when nobody does. */
  leastWanted: (place: Place) => Promise<number | undefined>;
  /**
   * One string a row, one character a seat: '.' free, 'h' held or paying, 's' sold, '-' changing partitions. Empty
   * when Redis does not have it: not yet, or no longer.
   */
  seatMap: (drop: { id: number; partitions: number }) => Promise<string[]>;
  /** Takes up to `wanted` free seats out of a partition for another one. */
  lend: (place: Place, transfer: string, to: number, wanted: number) => Promise<string[]>;
  /** Takes lent seats in; once per transfer. */
  borrow: (place: Place, transfer: string, seats: readonly string[]) => Promise<NewHold[]>;
  /** Gives free seats to standby, where a step that freed many could not do all of it; a portion a call. */
  promote: (place: Place) => Promise<NewHold[]>;
  /** The lent seats have arrived, so they need not be remembered here. */
  forgetTransfer: (place: Place, transfer: string) => Promise<void>;
  /** Transfers under way out of a partition. */
  transfers: (place: Place) => Promise<{ transfer: string; to: number; seats: string[] }[]>;
  /** Held holds whose time was over `graceMs` ago: their timers have failed. At most 500, as of the next two. */
  overdue: (place: Place, graceMs: number, skip?: number) => Promise<HoldRecord[]>;
  /** Holds that have been in payment for `forMs` or longer. `skip`, here and above: but for the first so many. */
  paying: (place: Place, forMs: number, skip?: number) => Promise<HoldRecord[]>;
  /** Holds promoted `forMs` ago or longer, of which nobody said that their timers are set and their buyers told. */
  untold: (place: Place, forMs: number) => Promise<HoldRecord[]>;
  /** Holds as they are now; undefined where Redis knows none of that id. */
  holds: (
    place: Place,
    holdIds: readonly string[],
  ) => Promise<({ state: HoldState; expiresAt: number } | undefined)[]>;
  /** The timer of a promoted hold is set and its buyer was told. */
  told: (place: Place, holdIds: readonly string[]) => Promise<void>;
  /** The drops that the sweeper looks after, with the number of their partitions. */
  onSale: () => Promise<{ id: number; partitions: number }[]>;
  /** Puts it there. */
  beginSale: (drop: { id: number; partitions: number }) => Promise<void>;
  /** A drop that has nothing left to look after. */
  endSale: (dropId: number) => Promise<void>;
  /** Records of a partition's ledger that are still in Redis, oldest first; `from` as XRANGE takes it. */
  ledgerEntries: (place: Place, from: string, limit: number) => Promise<[id: string, fields: string[]][]>;
  /** Ids of the last two of them, the last one first; of no use but to see whether there is anything new. */
  lastRecords: (place: Place) => Promise<string[]>;
  /** Loads a partition that was lost. */
  restore: Restore;
  /** Takes out the records before this one. */
  trimLedger: (place: Place, before: string) => Promise<void>;
  /** The nodes of Redis that have these, in one word: what waits for the same ones waits together. */
  nodesOf: (places: readonly Place[]) => string;
  keys: Keys;
};

export type InventoryOptions = {
  redis: Cluster;
  namespace: string;
  /** Replicas that must have what is answered; as many as each master has. 0: none need to. */
  replicaAcks?: number;
  /** Milliseconds for which an answer that they do not have is waited for. */
  patienceMs?: number;
  /** Once it is aborted, not for longer than a moment. */
  hurry?: AbortSignal;
  log?: Log;
};

/** Rows that one call puts on sale, so that it keeps its node for a moment only. */
const maxRows = 2_000;

export function createInventory({
  redis,
  namespace,
  replicaAcks = 0,
  patienceMs = 5_000,
  ...options
}: InventoryOptions): Inventory {
  const keys = new Keys(namespace);
  const replicated = new Replicated({ redis, acks: replicaAcks, patienceMs, ...options });
  const lasting: Send = (place, ask) => replicated.ask(keys.key(place, 'meta'), ask);
  const atOnce: Send = (_place, ask) => ask(redis);
  const script = (name: string, send = lasting) => defineScript(redis, keys, name, send);
  const stock = script('stock');
  const stockRows = script('stock-rows', atOnce);
  const release = script('release');
  const leave = script('leave');
  const begin = script('begin-payment');
  const decline = script('decline-payment');
  // MySQL has the order, and tells of it again (follow-mysql.ts).
  const complete = script('complete-payment', atOnce);
  const check = script('check-charged');
  const follow = script('follow-orders');
  const reopen = script('reopen');
  const cancel = script('cancel');
  const close = script('close');
  const end = script('end');
  const retire = script('retire');
  const lend = script('lend');
  const borrow = script('borrow');
  const view = script('view');
  const linger = script('lingering');
  const promote = script('promote');
  const holders = script('holders', atOnce);
  // Nobody is told of it, and looking goes on while a replica is away.
  const look = script('look', atOnce);
  // Redis refuses by itself those of whom a publisher has not heard.
  const lapses = script('lapses', atOnce);
  const pulse = script('pulse', atOnce);

  const lingering = async (place: Place, state: 'due' | 'paying' | 'untold', ms: number, skip = 0) => {
    const [, ...rest] = await linger(place, state, ms, skip);
    return decodeHoldRecords(rest);
  };

  /** Unpaid holds that have one of these seats. All are looked at, a portion a call: this is for rare accidents. */
  const holdersOf = async (place: Place, seats: readonly string[]) => {
    const found = new Set<string>();
    let from = '-inf';
    while (seats.length > 0 && from !== '') {
      const [, next, ...ids] = await holders(place, from, ...seats);
      for (const id of ids) found.add(String(id));
      from = String(next);
    }
    return [...found];
  };

  const partitionCounts: Inventory['partitionCounts'] = ({ id, partitions }) =>
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

  const noteLate = async (dropId: number) => {
    await replicated.ask(keys.late, (on) => on.eval(markLate, 1, keys.late, dropId));
  };

  return {
    keys,
    partitionCounts,
    claim: createClaim(script('claim'), noteLate),

    async stock(drop, { again } = { again: false }) {
      const outcomes = new Set<string>();
      const rows = rowsOf(drop.sections);
      for (const { dropId, partition } of places(drop.id, drop.partitions)) {
        const own = new Set(rowsOfPartition(rows, partition, drop.partitions));
        const seats = rows.map((row, index) => (own.has(index) ? '.' : '-').repeat(row.seats));
        const capacity = [...own].reduce((sum, index) => sum + (rows[index]?.seats ?? 0), 0);
        // The drop's standby limit is dealt out over the partitions, the first ones taking what does not divide.
        const standbyLimit = Math.floor(
          (drop.standbyLimit + drop.partitions - 1 - partition) / drop.partitions,
        );
        const putOnSale = () =>
          stock(
            { dropId, partition },
            drop.maxPerBuyer,
            standbyLimit,
            drop.holdSeconds * 1000,
            drop.partitions,
            drop.lapsePauseSeconds * 1000,
            drop.capacity,
            again ? '0' : '1',
            drop.closesAt,
            rows.length,
            capacity,
          );
        let [outcome] = await putOnSale();
        while (outcome === 'without_rows') {
          for (let from = 0; from < seats.length; from += maxRows)
            await stockRows({ dropId, partition }, from, ...seats.slice(from, from + maxRows));
          // A failover may have lost some.
          [outcome] = await putOnSale();
        }
        outcomes.add(outcome);
      }
      if (outcomes.has('lost')) return 'lost';
      if (outcomes.has('closed')) return 'closed';
      await replicated.ask(keys.onSale, (on) => on.hset(keys.onSale, drop.id, drop.partitions));
      return 'stocked';
    },

    async release(place, holdId) {
      const reply = await release(place, holdId);
      if (reply[0] === 'early') return { kind: 'early', msLeft: Number(reply[1]) };
      return decodeEnd('release', reply);
    },

    async leave(place, buyerId) {
      const reply = await leave(place, buyerId);
      const [outcome, id, version] = reply;
      switch (outcome) {
        case 'released':
          return {
            kind: outcome,
            holdId: String(id),
            version: Number(version),
            refusedUntil: moment(reply[3]),
            promoted: decodePromoted(reply.slice(4)),
          };
        case 'left':
          return { kind: outcome, entryId: String(id), version: Number(version) };
        case 'paying':
        case 'sold':
        case 'none':
          return { kind: outcome };
        default:
          throw unexpected('leave', reply);
      }
    },

    async beginPayment(place, { holdId, buyerId, seats, expiresAt }, payer) {
      const reply = await begin(place, holdId, buyerId, encodeSeats(seats), expiresAt, payer);
      const [outcome, attempt, held, until] = reply;
      switch (outcome) {
        case 'paying':
          return {
            kind: outcome,
            attempt: Number(attempt),
            seats: decodeSeats(held),
            expiresAt: Number(until),
          };
        case 'under_way':
          return { kind: outcome, attempt: Number(attempt) };
        case 'expired':
        case 'sold':
        case 'not_stocked':
          return { kind: outcome };
        default:
          throw unexpected('begin-payment', reply);
      }
    },

    async declinePayment(place, holdId, attempt) {
      const reply = await decline(place, holdId, attempt);
      if (reply[0] === 'held') return { kind: 'held', expiresAt: Number(reply[1]) };
      return decodeEnd('decline-payment', reply);
    },

    async completePayment(place, { holdId, buyerId, seats }) {
      const reply = await complete(place, holdId, buyerId, encodeSeats(seats));
      const [outcome, version] = reply;
      if (outcome === 'sold' || outcome === 'refunded' || outcome === 'conflict')
        return { kind: outcome, version: Number(version) };
      throw unexpected('complete-payment', reply);
    },

    async checkCharged(place, { holdId, buyerId, seats }) {
      const reply = await check(place, holdId, buyerId, encodeSeats(seats));
      const [outcome] = reply;
      if (outcome === 'kept' || outcome === 'lost') return outcome;
      throw unexpected('check-charged', reply);
    },

    async followOrders(place, owners, lost) {
      const about = lost
        ? [lost.holdId, lost.buyerId, encodeSeats(lost.seats), lost.attempt]
        : ['', 0, '', 0];
      const orders = owners.map(({ orderId, buyerId, seats, isWithheld = false }) =>
        [orderId, buyerId, encodeSeats(seats), ...(isWithheld ? ['w'] : [])].join('|'),
      );
      const mayYield = await holdersOf(
        place,
        owners.flatMap(({ seats }) => seats),
      );
      const reply = await follow(place, ...about, mayYield.join(','), ...orders);
      const [outcome, version, count, ...rest] = reply;
      switch (outcome) {
        case 'ended':
        case 'noted':
        case 'known':
        case 'blocked':
          return {
            kind: outcome,
            version: Number(version),
            yielded: rest.slice(0, Number(count)).map(Number),
            promoted: decodePromoted(rest.slice(Number(count))),
          };
        default:
          throw unexpected('follow-orders', reply);
      }
    },

    async reopen(place, holdId, withheld = [], sold) {
      const of = sold ? [sold.buyerId, encodeSeats(sold.seats)] : [];
      const reply = await reopen(place, holdId, encodeSeats(withheld), ...of);
      if (reply[0] === 'retired') return { kind: 'retired' };
      if (sold) await noteLate(place.dropId);
      return decodeEnd('reopen', reply);
    },

    async close(place, closesAt, told) {
      const reply = await close(place, closesAt, ...told);
      const [outcome, version, ...tell] = reply;
      if (outcome === 'early' || outcome === 'not_stocked') return { kind: outcome };
      if (outcome === 'closed') return { kind: outcome, version: Number(version), tell: tell.map(Number) };
      throw unexpected('close', reply);
    },

    async end(place) {
      const reply = await end(place);
      const [outcome] = reply;
      if (outcome === 'over' || outcome === 'busy' || outcome === 'not_stocked') return outcome;
      throw unexpected('end', reply);
    },

    async retire(place, lastRecord) {
      const reply = await retire(place, lastRecord);
      const [outcome] = reply;
      switch (outcome) {
        case 'retired':
          if (place.partition === 0) await redis.unlink(keys.accepted(place.dropId));
          return outcome;
        case 'moved':
        case 'busy':
        case 'not_stocked':
          return outcome;
        default:
          throw unexpected('retire', reply);
      }
    },

    async late() {
      const list = await redis.zrange(keys.late, '0', '-1', 'WITHSCORES');
      return Array.from({ length: list.length / 2 }, (_, at) => ({
        dropId: Number(list[2 * at]),
        mark: list[2 * at + 1] ?? '',
      }));
    },

    async settleLate(dropId, mark) {
      await redis.eval(forgetLate, 1, keys.late, dropId, mark);
    },

    async cancel(place) {
      const [, left, version, ...ended] = await cancel(place);
      return { left: Number(left), version: Number(version), ended: ended.map(Number) };
    },

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

    async accepted(dropId) {
      return Number((await redis.get(keys.accepted(dropId))) ?? 0);
    },

    async noteAccepted(dropId, entries) {
      await redis.incrby(keys.accepted(dropId), entries);
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

    async lend(place, transfer, to, wanted) {
      const reply = await lend(place, transfer, to, wanted);
      return reply[0] === 'lent' ? decodeSeats(reply[1]) : [];
    },

    async borrow(place, transfer, seats) {
      const reply = await borrow(place, transfer, encodeSeats(seats));
      if (reply[0] === 'not_stocked')
        throw new UnexpectedReply(`drop ${place.dropId} has no partition ${place.partition}`);
      return decodePromoted(reply.slice(1));
    },

    async promote(place) {
      const [, , ...promoted] = await promote(place);
      return decodePromoted(promoted);
    },

    async forgetTransfer(place, transfer) {
      await redis.hdel(keys.key(place, 'lent'), transfer);
    },

    async transfers(place) {
      const lent = await lasting(place, (on) => on.hgetall(keys.key(place, 'lent')));
      return Object.entries(lent).map(([transfer, record]) => {
        const [to, seats] = record.split('|');
        return { transfer, to: Number(to), seats: decodeSeats(seats) };
      });
    },

    overdue: (place, graceMs, skip) => lingering(place, 'due', graceMs, skip),
    paying: (place, forMs, skip) => lingering(place, 'paying', forMs, skip),
    untold: (place, forMs) => lingering(place, 'untold', forMs),

    async holds(place, holdIds) {
      if (holdIds.length === 0) return [];
      const records = await redis.hmget(keys.key(place, 'holds'), ...holdIds);
      return records.map((record) => {
        if (record === null) return undefined;
        const [state, , expiresAt] = record.split('|');
        return { state: decodeHoldState(state), expiresAt: Number(expiresAt) };
      });
    },

    async told(place, holdIds) {
      if (holdIds.length > 0) await redis.hdel(keys.key(place, 'untold'), ...holdIds);
    },

    async onSale() {
      const drops = await redis.hgetall(keys.onSale);
      return Object.entries(drops).map(([id, partitions]) => ({
        id: Number(id),
        partitions: Number(partitions),
      }));
    },

    restore: createRestore({
      // Only the last step counts; it says whether all portions are there, on whatever node it runs.
      load: defineScript(redis, keys, 'restore', atOnce, (place) => keys.restoring(place)),
      finish: defineScript(redis, keys, 'restore', lasting, (place) => keys.restoring(place)),
      promote,
    }),

    async beginSale({ id, partitions }) {
      await replicated.ask(keys.onSale, (on) => on.hset(keys.onSale, id, partitions));
    },

    ledgerEntries: (place, from, limit) =>
      lasting(place, (on) => on.xrange(keys.key(place, 'ledger'), from, '+', 'COUNT', limit)),

    async lastRecords(place) {
      const last = await redis.xrevrange(keys.key(place, 'ledger'), '+', '-', 'COUNT', 2);
      return last.map(([id]) => id);
    },

    async trimLedger(place, before) {
      await redis.xtrim(keys.key(place, 'ledger'), 'MINID', before);
    },

    nodesOf: (of) =>
      [...new Set(of.map((place) => nodeOf(redis, keys.key(place, 'meta'))))].toSorted().join(' '),

    async endSale(dropId) {
      await redis.hdel(keys.onSale, String(dropId));
    },
  };
}

/** The mark moves on with the clock of Redis, so one that was read before tells whether there is something newer. */
const markLate = `local t = redis.call('TIME')
  redis.call('ZADD', KEYS[1], 'GT', string.format('%d', t[1] * 1000000 + t[2]), ARGV[1])`;

/** Takes a drop out of `late`, unless it was put there again meanwhile. */
const forgetLate = `if redis.call('ZSCORE', KEYS[1], ARGV[1]) == ARGV[2] then redis.call('ZREM', KEYS[1], ARGV[1]) end`;

function decodeStatus(status: unknown): Status {
  if (status === 'open' || status === 'cancelled' || status === 'over' || status === 'retired') return status;
  throw new UnexpectedReply(`unknown status ${String(status)}`);
}

/** All partitions of a drop. */
export function places(dropId: number, partitions: number): Place[] {
  return Array.from({ length: partitions }, (_, partition) => ({ dropId, partition }));
}

/** Undefined for '0', and for what the version before does not say. */
function moment(text: unknown): number | undefined {
  return text === undefined || Number(text) === 0 ? undefined : Number(text);
}

function decodeEnd(script: string, reply: [string, ...(string | number)[]]): Released | Settled | Unknown {
  const [outcome, detail, version] = reply;
  switch (outcome) {
    case 'released':
      return {
        kind: outcome,
        buyerId: Number(detail),
        version: Number(version),
        refusedUntil: moment(reply[3]),
        promoted: decodePromoted(reply.slice(4)),
      };
    case 'settled':
      return { kind: outcome, state: decodeHoldState(detail) };
    case 'unknown':
      return { kind: outcome };
    default:
      throw unexpected(script, reply);
  }
}

/** A row as seen over all partitions: each seat as the partition that has it knows it. */
function overlay(rows: string[]): string {
  const [first = '', ...others] = rows;
  if (others.length === 0) return first;
  return Array.from(first, (seat, index) =>
    seat === '-' ? (others.map((row) => row[index]).find((other) => other !== '-') ?? '-') : seat,
  ).join('');
}
