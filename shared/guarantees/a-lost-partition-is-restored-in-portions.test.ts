import { createTestInventory, newBatch, newDrop } from '../../testing/inventory.ts';
import { newBatchId } from '../inventory/entry-id.ts';
import { places } from '../inventory/keys.ts';
import type { PartitionState } from '../inventory/restore.ts';

const system = createTestInventory();
const { inventory, redis } = system;
afterAll(() => system.stop());

const drop = () =>
  newDrop({ sections: [{ name: 'Stalls', rows: 200, seatsPerRow: 10 }], standbyLimit: 9000, maxPerBuyer: 2 });

/** All seats are free and buyers from 1 on are in standby: too many for one call to load, or for one call to promote. */
function lost(standing: number, changes: Partial<PartitionState> = {}): PartitionState {
  const entries = Array.from({ length: standing }, (_, index) => {
    const standby = {
      state: 'standby' as const,
      holdId: `earlier-${index}`,
      quantity: 1,
      sequence: index + 1,
    };
    return [index + 1, standby] as const;
  });
  return {
    terms: {
      maxPerBuyer: 2,
      standbyLimit: 9000,
      holdMs: 60_000,
      partitions: 1,
      lapsePauseMs: 0,
      dropCapacity: 2000,
    },
    status: 'open',
    decided: standing,
    sequence: standing,
    rows: Array.from({ length: 200 }, () => '.'.repeat(10)),
    holds: [],
    entries: new Map(entries),
    untold: [],
    batches: [],
    sent: [],
    lent: [],
    borrowed: [],
    lapses: new Map(),
    soldOut: Buffer.alloc(0),
    ...changes,
  };
}

const asNew = { upTo: '1-0', replace: false, records: [['t', 'restore']] };

async function withPlace(work: (place: { dropId: number; partition: number }) => Promise<void>) {
  const [place] = places(drop().id, 1);
  try {
    await work(place!);
  } finally {
    await redis.unlink(...inventory.keys.all(place!), ...inventory.keys.restoring(place!));
  }
}

test('thousands in standby get their places, and seats that are free, in the order in which they came', () =>
  withPlace(async (place) => {
    expect(await inventory.restore(place, lost(3500), asNew)).toBe('restored');
    const [counts] = await inventory.partitionCounts({ id: place.dropId, partitions: 1 });
    expect(counts).toMatchObject({ free: 0, held: 2000, capacity: 2000, standby: 1500, decided: 3500 });
    expect(await inventory.view(place, 2000)).toMatchObject({ kind: 'held', holdId: 'earlier-1999' });
    expect(await inventory.view(place, 2001)).toMatchObject({ kind: 'standby', position: 1 });
    expect(await redis.exists(...inventory.keys.restoring(place))).toBe(0);
    expect(await redis.ttl(inventory.keys.key(place, 'holds'))).toBe(-1);
  }));

test('nothing is there before all is, however often a restore breaks off', () =>
  withPlace(async (place) => {
    const breaksOff = {
      *[Symbol.iterator]() {
        yield* [];
        throw new Error('the process was killed');
      },
    };
    const state = lost(3500, { untold: breaksOff as unknown as string[] });
    for (let again = 0; again < 2; again += 1) {
      await expect(inventory.restore(place, state, asNew)).rejects.toThrow('killed');
      expect(await redis.exists(...inventory.keys.restoring(place))).toBeGreaterThan(0);
      expect(await redis.exists(...inventory.keys.all(place))).toBe(0);
      expect(await inventory.claim(place, newBatch('9001:1'), { mayBorrow: false })).toEqual({
        kind: 'not_stocked',
      });
    }
    expect(await inventory.restore(place, lost(3500), asNew)).toBe('restored');
    const [counts] = await inventory.partitionCounts({ id: place.dropId, partitions: 1 });
    expect(counts).toMatchObject({ held: 2000, standby: 1500 });
  }));

test('of two restores at once one puts its own in place, and the other nothing', () =>
  withPlace(async (place) => {
    const done = await Promise.all(
      [10, 20].map((standing) => inventory.restore(place, lost(standing), asNew)),
    );
    expect(done).toContain('restored');
    const [counts] = await inventory.partitionCounts({ id: place.dropId, partitions: 1 });
    expect([10, 20]).toContain(counts?.held);
    expect(counts?.decided).toBe(counts?.held);
  }));

test('what is recorded while a partition is being replaced is not lost', async () => {
  const { place } = await system.openDrop({ sections: drop().sections, standbyLimit: 9 });
  await system.hold(place, 1);
  const [last] = await redis.xrevrange(inventory.keys.key(place, 'ledger'), '+', '-', 'COUNT', 1);
  let late: Promise<unknown> | undefined;
  const meanwhile = {
    *[Symbol.iterator]() {
      yield* [];
      late = system.hold(place, 2);
    },
  };
  const state = lost(10, { untold: meanwhile as unknown as string[] });
  expect(await inventory.restore(place, state, { ...asNew, upTo: last?.[0], replace: true })).toBe('moved');
  await late;
  expect(await inventory.view(place, 1)).toMatchObject({ kind: 'held' });
  expect(await inventory.view(place, 2)).toMatchObject({ kind: 'held' });
});

test('whoever comes while free seats still go to standby gets none of them', () =>
  withPlace(async (place) => {
    // As if the restore had been interrupted before it promoted anybody.
    await inventory.restore(place, lost(0, { sequence: 2500 }), asNew);
    const key = inventory.keys.key(place, 'standby');
    const { entries } = lost(2500);
    for (const [buyerId, entry] of entries) {
      if (entry.state !== 'standby') continue;
      await redis.zadd(key, 2 ** 40 + entry.sequence, buyerId);
      await redis.hset(
        inventory.keys.key(place, 'entries'),
        buyerId,
        `W|${entry.holdId}|1|${entry.sequence}`,
      );
    }
    const batch = { id: newBatchId(), packed: '9001:1,7:1' };
    expect(await inventory.claim(place, batch, { mayBorrow: false })).toMatchObject({
      kind: 'decided',
      outcomes: [
        { kind: 'standby', position: 501 },
        { kind: 'duplicate', state: 'hold' },
      ],
    });
    expect(await inventory.view(place, 2000)).toMatchObject({ kind: 'held' });
    expect(await inventory.view(place, 2001)).toMatchObject({ kind: 'standby', position: 1 });
    // The sweeper sets their timers and tells them.
    expect(await redis.hlen(inventory.keys.key(place, 'untold'))).toBe(2000);
  }));
