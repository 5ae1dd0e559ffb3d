/** An inventory for one test file: real scripts on the real cluster, in a namespace of its own. */
import { randomBytes, randomInt } from 'node:crypto';
import type { Cluster } from 'ioredis';
import { pino } from 'pino';
import type { Drop } from '../shared/drops/drop.ts';
import { Replay } from '../proof/replay.ts';
import type { Report } from '../proof/violation.ts';
import type { Batch, Outcome } from '../shared/inventory/claim.ts';
import { newBatchId } from '../shared/inventory/entry-id.ts';
import { createInventory, type Inventory } from '../shared/inventory/inventory.ts';
import { places } from '../shared/inventory/keys.ts';
import type { InventoryOptions } from '../shared/inventory/store.ts';
import type { Place } from '../shared/inventory/keys.ts';
import { capacityOf } from '../shared/inventory/layout.ts';
import { decodeRecord, type LedgerRecord } from '../shared/ledger/record.ts';
import { connectRedis } from '../shared/redis/connect.ts';
import { testServers } from './servers.ts';

export type TestInventory = {
  redis: Cluster;
  namespace: string;
  inventory: Inventory;
  /** Puts a drop on sale. Defaults: one row of ten seats, up to four seats per buyer, no standby. */
  openDrop: (changes?: Partial<Drop>) => Promise<{ drop: Drop; place: Place }>;
  /** Decides the entries 'buyer:quantity,...' as one new batch. */
  claim: (place: Place, entries: string) => Promise<Outcome[]>;
  /** Like `claim`, with outcomes in the short form of `inShort`. */
  decide: (place: Place, entries: string) => Promise<string[]>;
  /** Claims seats for a buyer and returns the hold. */
  hold: (place: Place, buyerId: number, quantity?: number) => Promise<HoldOf>;
  /** Makes a hold lapse without waiting: moves the times in its record and in `due` into the past. */
  letLapse: (place: Place, holdId: string) => Promise<void>;
  /** Closes the drop as if its closing time had come. */
  letClose: (place: Place) => Promise<void>;
  /** The closing time in Redis. */
  closesAt: (place: Place) => Promise<number>;
  /** Moves the time since which a hold is `paying` or `untold` into the past. */
  backdate: (place: Place, list: 'paying' | 'untold', holdId: string, ms: number) => Promise<void>;
  /** Deletes all data of a live hold from Redis, as if a failover had lost it. */
  forgetHold: (place: Place, holdId: string) => Promise<void>;
  /** Ends the pause during which a buyer's entries are refused. */
  endPause: (place: Place, buyerId: number) => Promise<void>;
  /** Saves the state of a partition. The returned function restores it, like a failover to a lagging replica. */
  remember: (place: Place) => Promise<() => Promise<void>>;
  /** Deletes the remembered replies of decided batches, as if 512 more had followed. */
  forgetReplies: (place: Place) => Promise<void>;
  ledger: (place: Place) => Promise<Record<string, string>[]>;
  /**
   * Replays a partition's ledger. Throws at the first record that does not follow from those before it. Times are not
   * checked, because tests change them.
   * @param skips whether to leave a record out, as if a failover had lost it
   */
  replay: (drop: Drop, place: Place, skips?: (record: LedgerRecord) => boolean) => Promise<Replay>;
  /** Deletes all drops of this inventory from Redis and closes the connection. */
  stop: () => Promise<void>;
};

export type HoldOf = { holdId: string; buyerId: number; seats: string[]; expiresAt: number };

function newNamespace(): string {
  return `test-${randomBytes(6).toString('hex')}`;
}

export function newDrop(changes: Partial<Drop> = {}): Drop {
  const sections = changes.sections ?? [{ name: 'Stalls', rows: 1, seatsPerRow: 10 }];
  return {
    id: randomInt(1, 2 ** 31),
    eventId: 1,
    organizerId: 1,
    opensAt: Date.now() - 60_000,
    closesAt: Date.now() + 3_600_000,
    price: { amount: 4500, currency: 'EUR' },
    holdSeconds: 600,
    maxPerBuyer: 4,
    standbyLimit: 0,
    paySeconds: 300,
    lapsePauseSeconds: 0,
    partitions: 1,
    sections,
    capacity: capacityOf(sections),
    questions: [{ id: 1, text: 'How many strings has a cello?', answer: 'Four' }],
    stocked: true,
    paused: false,
    cancelled: false,
    announcements: 0,
    termsVersion: 1,
    ...changes,
  };
}

export function newBatch(entries: string): Batch {
  return { id: newBatchId(), packed: entries };
}

/** 'held 0.5+0.6', 'standby 1', 'sold_out', 'duplicate hold' */
export function inShort(outcome: Outcome): string {
  switch (outcome.kind) {
    case 'held':
      return `held ${outcome.hold.seats.join('+')}`;
    case 'standby':
      return `standby ${outcome.position}`;
    case 'sold_out':
      return outcome.refusedUntil === undefined ? 'sold_out' : 'refused';
    case 'duplicate':
      return `duplicate ${outcome.state}`;
  }
}

export function createTestInventory(options: Partial<InventoryOptions> = {}): TestInventory {
  const redis = options.redis ?? connectRedis(testServers().redisNodes, pino({ level: 'silent' }));
  const namespace = options.namespace ?? newNamespace();
  const inventory = createInventory({ redis, namespace, ...options });
  const { keys } = inventory;
  const stocked: Place[] = [];

  const claim: TestInventory['claim'] = async (place, entries) => {
    const result = await inventory.claim(place, newBatch(entries), { mayBorrow: false });
    if (result.kind !== 'decided') throw new Error(`not decided: ${result.kind}`);
    return result.outcomes;
  };
  /** Fields of a hold's record in `holds`, in the order of prelude.lua. */
  const record = async (place: Place, holdId: string) => {
    const text = await redis.hget(keys.key(place, 'holds'), holdId);
    if (text === null) throw new Error(`no hold ${holdId}`);
    return text.split('|');
  };

  return {
    redis,
    namespace,
    inventory,
    claim,

    async openDrop(changes) {
      const drop = newDrop(changes);
      stocked.push(...places(drop.id, drop.partitions));
      await inventory.stock(drop);
      return { drop, place: { dropId: drop.id, partition: 0 } };
    },

    async decide(place, entries) {
      return (await claim(place, entries)).map(inShort);
    },

    async hold(place, buyerId, quantity = 1) {
      const [outcome] = await claim(place, `${buyerId}:${quantity}`);
      if (outcome?.kind !== 'held') throw new Error(`not held but ${outcome?.kind}`);
      return outcome.hold;
    },

    async letLapse(place, holdId) {
      const [state, buyer, , ...rest] = await record(place, holdId);
      const past = Date.now() - 60_000;
      await redis.hset(keys.key(place, 'holds'), holdId, [state, buyer, past, ...rest].join('|'));
      await redis.zadd(keys.key(place, 'due'), 'XX', past, holdId);
    },

    async endPause(place, buyerId) {
      const key = keys.key(place, 'lapses');
      const [count] = (await redis.hget(key, String(buyerId)))?.split('|') ?? [];
      if (count !== undefined && count !== '0') await redis.hset(key, buyerId, `${count}|${Date.now() - 1}`);
    },

    async letClose(place) {
      const closed = await inventory.close(place, Date.now() - 1, []);
      if (closed.kind !== 'closed') throw new Error(`not closed: ${closed.kind}`);
    },

    async closesAt(place) {
      return Number(await redis.hget(keys.key(place, 'meta'), 'closesAt'));
    },

    async backdate(place, list, holdId, ms) {
      const key = keys.key(place, list);
      if (list === 'paying') await redis.zincrby(key, -ms, holdId);
      else await redis.hincrby(key, holdId, -ms);
    },

    async forgetHold(place, holdId) {
      const [state, buyer = '', , seats = ''] = await record(place, holdId);
      const lives = ({ h: 'held', p: 'paying', s: 'sold' } as const)[state ?? ''];
      if (!lives) throw new Error('only a live hold can be forgotten');
      await redis.hdel(keys.key(place, 'holds'), holdId);
      await redis.zrem(keys.key(place, 'due'), holdId);
      await redis.zrem(keys.key(place, 'paying'), holdId);
      await redis.hdel(keys.key(place, 'untold'), holdId);
      if ((await redis.hget(keys.key(place, 'entries'), buyer)) === `H|${holdId}`) {
        await redis.hdel(keys.key(place, 'entries'), buyer);
      }
      const ids = seats.split('+').map((seat) => seat.split('.').map(Number) as [number, number]);
      for (const [row, number] of ids) {
        const before = (await redis.hget(keys.key(place, 'rows'), String(row))) ?? '';
        const after = `${before.slice(0, number - 1)}.${before.slice(number)}`;
        await redis.hset(keys.key(place, 'rows'), row, after);
      }
      await redis.hincrby(keys.key(place, 'meta'), 'free', ids.length);
      await redis.hincrby(keys.key(place, 'meta'), lives, -ids.length);
      // Makes the next script compute `runs` from the rows again.
      await redis.hset(keys.key(place, 'meta'), 'searchFrom', '');
    },

    async remember(place) {
      const names = keys.all(place);
      const saved = await Promise.all(names.map((key) => redis.dumpBuffer(key)));
      return async () => {
        await redis.unlink(...names);
        for (const [index, key] of names.entries()) {
          const value = saved[index];
          if (value) await redis.restore(key, 0, value);
        }
      };
    },

    async forgetReplies(place) {
      await redis.unlink(keys.key(place, 'batches'), keys.key(place, 'order'));
    },

    async ledger(place) {
      const records = await redis.xrange(keys.key(place, 'ledger'), '-', '+');
      return records.map(([, fields]) =>
        Object.fromEntries(
          Array.from({ length: fields.length / 2 }, (_, index) => [fields[2 * index], fields[2 * index + 1]]),
        ),
      );
    },

    async replay(drop, place, skips = () => false) {
      const report: Report = (rule, what, where) => {
        throw new Error(`${rule}: ${what}, in ${JSON.stringify(where)}`);
      };
      const replay = new Replay(drop, place, report, { checksTimes: false });
      for (const [id, fields] of await redis.xrange(keys.key(place, 'ledger'), '-', '+')) {
        const decoded = decodeRecord(id, fields);
        if (!skips(decoded)) replay.apply(decoded);
      }
      replay.finish();
      return replay;
    },

    async stop() {
      for (const place of stocked) {
        await redis.unlink(...keys.all(place));
        await redis.hdel(keys.liveDrops, String(place.dropId));
      }
      if (!options.redis) redis.disconnect();
    },
  };
}
