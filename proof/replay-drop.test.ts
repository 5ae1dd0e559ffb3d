import { setTimeout as sleep } from 'node:timers/promises';
import { Random } from '../load-tests/buyer/random.ts';
import { places } from '../shared/inventory/keys.ts';
import { newBatchId } from '../shared/inventory/entry-id.ts';
import type { NewHold } from '../shared/inventory/hold.ts';
import { partitionOfBuyer } from '../shared/inventory/layout.ts';
import { createTestDatabase, type TestDatabase } from '../testing/database.ts';
import { createTestInventory, type TestInventory } from '../testing/inventory.ts';
import { checkRedisAgrees } from './redis-agrees.ts';
import { finishReplay, replayDrop } from './replay-drop.ts';
import { createReport } from './violation.ts';

let database: TestDatabase;
let system: TestInventory;
beforeAll(async () => {
  database = await createTestDatabase();
  system = createTestInventory();
});
afterAll(async () => {
  await system.stop();
  await database.drop();
});

test.each([1, 3])(
  'whatever the scripts do over %i partition(s), the replay finds nothing wrong',
  async (partitions) => {
    const { inventory } = system;
    const { drop } = await system.openDrop({
      partitions,
      sections: [{ name: 'Stalls', rows: 6, seatsPerRow: 5 }],
      maxPerBuyer: 3,
      standbyLimit: 12,
      lapsePauseSeconds: 600,
    });
    // Some holds last long enough to be paid on a slow machine, and some expire at once.
    const holdSeconds = { long: 3_600, short: 0.03 };
    const random = new Random(7);
    const holds: (NewHold & { partition: number })[] = [];
    for (let step = 0; step < 400; step += 1) {
      const partition = random.integer(0, partitions - 1);
      const place = { dropId: drop.id, partition };
      const keep = (more: NewHold[]) => holds.push(...more.map((hold) => ({ ...hold, partition })));
      // Usually a hold that may still be live.
      const hold = holds.at(-random.integer(1, 6));
      const there = { dropId: drop.id, partition: hold?.partition ?? 0 };
      const dice = random.integer(1, 10);
      if (dice <= 4) {
        const buyers = Array.from(
          { length: random.integer(1, 5) },
          () => random.integer(0, 40) * partitions + partition,
        );
        await inventory.stock({
          ...drop,
          holdSeconds: random.chance(50) ? holdSeconds.long : holdSeconds.short,
        });
        const packed = buyers.map((buyer) => `${buyer || partitions}:${random.integer(1, 3)}`).join(',');
        const result = await inventory.claim(place, { id: newBatchId(), packed }, { mayBorrow: false });
        if (result.kind !== 'decided') throw new Error(result.kind);
        keep(result.outcomes.flatMap((outcome) => (outcome.kind === 'held' ? [outcome.hold] : [])));
      } else if (dice === 5) {
        const buyerId = random.integer(1, 40);
        const left = await inventory.leave(
          { ...place, partition: partitionOfBuyer(buyerId, partitions) },
          buyerId,
        );
        if (left.kind === 'released') keep(left.promoted);
      } else if (dice === 6 && partitions > 1) {
        const to = (partition + 1) % partitions;
        const transfer = newBatchId();
        const seats = await inventory.lend(place, transfer, to, 2);
        if (seats.length > 0) await inventory.borrow({ dropId: drop.id, partition: to }, transfer, seats);
      } else if (hold && dice <= 8) {
        const begun = await inventory.beginPayment(there, hold, newBatchId());
        if (begun.kind === 'paying' && random.chance(50)) {
          await inventory.completePayment(there, {
            holdId: hold.holdId,
            buyerId: hold.buyerId,
            seats: hold.seats,
          });
        } else if (begun.kind === 'paying') await inventory.declinePayment(there, hold.holdId, begun.attempt);
      } else if (hold && dice === 9) {
        const released = await inventory.release(there, hold.holdId);
        if (released.kind === 'early' && released.msLeft < 1_000) {
          await sleep(released.msLeft);
          await inventory.release(there, hold.holdId);
        }
      } else if (hold && random.chance(30)) await inventory.reopen(there, hold.holdId);
    }

    const { violations, report } = createReport();
    const source = { db: database.db, inventory };
    const replays = finishReplay(await replayDrop(source, drop, report), report);
    await checkRedisAgrees(inventory, drop, replays, report);
    expect(violations).toEqual([]);
    expect(replays.flatMap(({ decided }) => decided)).toContainEqual(
      expect.objectContaining({ outcome: expect.objectContaining({ refusedUntil: expect.any(Number) }) }),
    );
    expect(replays).toHaveLength(places(drop.id, partitions).length);
    const seen = replays.flatMap((replay) => [...replay.holds.values()]);
    expect(new Set(seen.map(({ state }) => state))).toEqual(new Set(['held', 'sold', 'released']));
    expect(seen.some(({ promoted }) => promoted)).toBe(true);
  },
);

test('what Redis says otherwise than its ledger is found', async () => {
  const { inventory, redis } = system;
  const { drop, place } = await system.openDrop();
  await system.hold(place, 7, 2);
  await redis.hset(inventory.keys.key(place, 'rows'), '0', '.'.repeat(10));
  await redis.hincrby(inventory.keys.key(place, 'meta'), 'free', 1);
  const { violations, report } = createReport();
  const partitions = await replayDrop({ db: database.db, inventory }, drop, report);
  await checkRedisAgrees(inventory, drop, finishReplay(partitions, report), report);
  expect(violations.map(({ what }) => what)).toEqual([
    'counters do not add up to the capacity',
    'counters are not what the ledger comes to',
    "seat 0.5 is '.' in Redis and 'h' by the ledger",
    "seat 0.6 is '.' in Redis and 'h' by the ledger",
  ]);
});
