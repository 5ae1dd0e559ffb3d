/** Twins of the scripts that take a partition through its phases: stock, stock-rows, cancel, close, end, retire. */
import type { Drop } from '../drops/drop.ts';
import { places, type Place } from './keys.ts';
import { rowsOf, rowsOfPartition } from './layout.ts';
import { unexpected } from './script.ts';
import type { Store } from './store.ts';

export type Phases = {
  /**
   * Puts a drop's seats on sale, or updates its limits. Never touches seats that are on sale already.
   * `again`: it was on sale before, so a missing partition is `lost`, until it is restored.
   * `closed`: it has closed by the clock of Redis, so closesAt can no longer be changed.
   */
  stock: (drop: Drop, options?: { again: boolean }) => Promise<'stocked' | 'lost' | 'closed'>;
  /** Cancels the drop, a portion in each call. `left`: holds and standby places still to end; repeat until it is 0. */
  cancel: (place: Place) => Promise<{ left: number; version: number; ended: number[] }>;
  /**
   * Ends standby after closing, a portion in each call: the places of the buyers who were `told`. `tell`: the buyers to
   * tell next; repeat until there are none. `early`: it has not closed.
   */
  close: (
    place: Place,
    closesAt: number,
    told: readonly number[],
  ) => Promise<{ kind: 'closed'; version: number; tell: number[] } | { kind: 'early' | 'not_stocked' }>;
  /** Ends a partition that has closed or was cancelled, unless something in it is left to finish (`busy`). */
  end: (place: Place) => Promise<'over' | 'busy' | 'not_stocked'>;
  /** Frees the memory of a partition that is over, if its ledger is archived up to `lastRecord`. */
  retire: (place: Place, lastRecord: string) => Promise<'retired' | 'moved' | 'busy' | 'not_stocked'>;
  /** Drops whose ledger got records after they were over, with a mark for `settleLate`. */
  late: () => Promise<{ dropId: number; mark: string }[]>;
  /** The drop's records up to `mark` are archived; it stays in `late` if there are newer ones. */
  settleLate: (dropId: number, mark: string) => Promise<void>;
  /** The drops that the sweeper looks after, with the number of their partitions. */
  liveDrops: () => Promise<{ id: number; partitions: number }[]>;
  /** Adds a drop to those that the sweeper looks after. */
  beginDrop: (drop: { id: number; partitions: number }) => Promise<void>;
  /** Removes it, once nothing is left to look after. */
  endDrop: (dropId: number) => Promise<void>;
};

/** Rows that one call loads, so that it does not keep its node busy for long. */
const maxRows = 2_000;

export function createPhases({ redis, keys, script, atOnce, askLasting }: Store): Phases {
  const stock = script('stock');
  const stockRows = script('stock-rows', atOnce);
  const cancel = script('cancel');
  const close = script('close');
  const end = script('end');
  const retire = script('retire');

  return {
    async stock(drop, { again } = { again: false }) {
      const outcomes = new Set<string>();
      const rows = rowsOf(drop.sections);
      for (const { dropId, partition } of places(drop.id, drop.partitions)) {
        const own = new Set(rowsOfPartition(rows, partition, drop.partitions));
        const seats = rows.map((row, index) => (own.has(index) ? '.' : '-').repeat(row.seats));
        const capacity = [...own].reduce((sum, index) => sum + (rows[index]?.seats ?? 0), 0);
        // The drop's standby limit is divided among the partitions; the first ones take the remainder.
        const standbyLimit = Math.floor(
          (drop.standbyLimit + drop.partitions - 1 - partition) / drop.partitions,
        );
        const stockPartition = () =>
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
        let [outcome] = await stockPartition();
        while (outcome === 'without_rows') {
          for (let from = 0; from < seats.length; from += maxRows)
            await stockRows({ dropId, partition }, from, ...seats.slice(from, from + maxRows));
          // A failover may have lost some.
          [outcome] = await stockPartition();
        }
        outcomes.add(outcome);
      }
      if (outcomes.has('lost')) return 'lost';
      if (outcomes.has('closed')) return 'closed';
      await askLasting(keys.liveDrops, (on) => on.hset(keys.liveDrops, drop.id, drop.partitions));
      return 'stocked';
    },

    async cancel(place) {
      const [, left, version, ...ended] = await cancel(place);
      return { left: Number(left), version: Number(version), ended: ended.map(Number) };
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

    async liveDrops() {
      const drops = await redis.hgetall(keys.liveDrops);
      return Object.entries(drops).map(([id, partitions]) => ({
        id: Number(id),
        partitions: Number(partitions),
      }));
    },

    async beginDrop({ id, partitions }) {
      await askLasting(keys.liveDrops, (on) => on.hset(keys.liveDrops, id, partitions));
    },

    async endDrop(dropId) {
      await redis.hdel(keys.liveDrops, String(dropId));
    },
  };
}

/** Removes a drop from `late`, unless it was added again meanwhile. */
const forgetLate = `if redis.call('ZSCORE', KEYS[1], ARGV[1]) == ARGV[2] then redis.call('ZREM', KEYS[1], ARGV[1]) end`;
