/** The part of a partition's ledger that is still in Redis (the stream `ledger`). */
import type { Place } from './keys.ts';
import type { Store } from './store.ts';

export type LedgerRecords = {
  /** Records of a partition's ledger that are still in Redis, oldest first; `from` as XRANGE takes it. */
  ledgerEntries: (place: Place, from: string, limit: number) => Promise<[id: string, fields: string[]][]>;
  /** Ids of the last two of them, the last one first. May be lost at a failover: only for seeing whether any are new. */
  lastRecords: (place: Place) => Promise<string[]>;
  /** Deletes the records before this one. */
  trimLedger: (place: Place, before: string) => Promise<void>;
};

export function createLedgerRecords({ redis, keys, lasting }: Store): LedgerRecords {
  return {
    ledgerEntries: (place, from, limit) =>
      lasting(place, (on) => on.xrange(keys.key(place, 'ledger'), from, '+', 'COUNT', limit)),

    async lastRecords(place) {
      const last = await redis.xrevrange(keys.key(place, 'ledger'), '+', '-', 'COUNT', 2);
      return last.map(([id]) => id);
    },

    async trimLedger(place, before) {
      await redis.xtrim(keys.key(place, 'ledger'), 'MINID', before);
    },
  };
}
