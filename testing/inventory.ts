/** An inventory of its own for one test file: real scripts on the real cluster, under a name that nobody else uses. */
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
  /** Puts a drop on sale; what `changes` does not say is one row of ten seats, up to four a buyer, no standby. */
  openDrop: (changes?: Partial<Drop>) => Promise<{ drop: Drop; place: Place }>;
  /** Decides entries 'buyer:quantity,...' as one new batch. */
  claim: (place: Place, entries: string) => Promise<Outcome[]>;
  /** The same in short, as `inShort` writes it. */
  decide: (place: Place, entries: string) => Promise<string[]>;
  /** Gives a buyer seats and returns the hold. */
  hold: (place: Place, buyerId: number, quantity?: number) => Promise<HoldOf>;
  /** Lets the time of a hold be over without waiting for it: its record and its place in `due` move to the past. */
  letLapse: (place: Place, holdId: string) => Promise<void>;
  /** The drop has closed, as if that time had come. */
  letClose: (place: Place) => Promise<void>;
  /** When it closes, as Redis has it. */
  closesAt: (place: Place) => Promise<number>;
  /** Moves the moment since which a hold is `paying` or `untold` into the past. */
  backdate: (place: Place, what: 'paying' | 'untold', holdId: string, ms: number) => Promise<void>;
  /** Makes Redis forget all of a live hold, as if a failover had lost what was written of it. */
  forgetHold: (place: Place, holdId: string) => Promise<void>;
  /** As if the time were over for which a buyer's entries are refused. */
  endPause: (place: Place, buyerId: number) => Promise<void>;
  /** Remembers a partition as it is; what it returns makes Redis go back to that, as a replica does that is behind. */
  remember: (place: Place) => Promise<() => Promise<void>>;
  /** Makes Redis forget what came of the batches decided so far, as 512 more of them would. */
  forgetReplies: (place: Place) => Promise<void>;
  ledger: (place: Place) => Promise<Record<string, string>[]>;
  /**
   * Replays a partition's ledger. Throws at the first record that does not follow from those before it. Times are not
   * checked, since tests move them by hand.
   * @param skips whether a record is missing, as after a failover that lost it
   */
  replay: (drop: Drop, place: Place, skips?: (record: LedgerRecord) => boolean) => Promise<Replay>;
  /** Takes all that was put on sale out of Redis again and closes the connection. */
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
    lapsePauseSeconds: 0,
    partitions: 1,
    sections,
    capacity: capacityOf(sections),
    questions: [{ id: 1, text: 'How many strings has a cello?', answer: 'Four' }],
    stocked: true,
    paused: false,
    cancelled: false,
    announcements: 0,
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
  /** The record of a hold in `holds`, as prelude.lua writes it. */
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

    async backdate(place, what, holdId, ms) {
      const key = keys.key(place, what);
      if (what === 'paying') await redis.zincrby(key, -ms, holdId);
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
      // The next script works out `runs` from the rows.
      await redis.hset(keys.key(place, 'meta'), 'searchFrom', '');
    },

    async remember(place) {
      const names = keys.all(place);
      const kept = await Promise.all(names.map((key) => redis.dumpBuffer(key)));
      return async () => {
        await redis.unlink(...names);
        for (const [index, key] of names.entries()) {
          const value = kept[index];
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
