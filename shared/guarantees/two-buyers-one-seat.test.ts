import { pino } from 'pino';
import { connectRedis } from '../redis/connect.ts';
import { createTestInventory, inShort, newBatch } from '../../testing/inventory.ts';
import { testServers } from '../../testing/servers.ts';
import { createInventory } from '../inventory/inventory.ts';

const system = createTestInventory();
const elsewhere = connectRedis(testServers().redisNodes, pino({ level: 'silent' }));
afterAll(async () => {
  elsewhere.disconnect();
  await system.stop();
});

test('two consumers that decide at the same time give one seat to one buyer', async () => {
  const { drop, place } = await system.openDrop({ sections: [{ name: 'Box', rows: 1, seatsPerRow: 1 }] });
  const other = createInventory({ redis: elsewhere, namespace: system.namespace });
  const results = await Promise.all(
    [system.inventory, other].map((inventory, index) =>
      inventory.claim(place, newBatch(`${index + 1}:1`), { mayBorrow: false }),
    ),
  );
  const outcomes = results.flatMap((result) =>
    result.kind === 'decided' ? result.outcomes.map(inShort) : [],
  );
  expect(outcomes.toSorted()).toEqual(['held 0.1', 'sold_out']);
  expect(await system.inventory.seatMap(drop)).toEqual(['h']);
});

test('forty batches at once for a hundred seats give each seat once', async () => {
  const { drop, place } = await system.openDrop({
    sections: [{ name: 'Stalls', rows: 10, seatsPerRow: 10 }],
  });
  const other = createInventory({ redis: elsewhere, namespace: system.namespace });
  const results = await Promise.all(
    Array.from({ length: 40 }, (_, batch) => {
      const entries = Array.from(
        { length: 10 },
        (_each, index) => `${batch * 10 + index + 1}:${(index % 4) + 1}`,
      );
      const inventory = batch % 2 === 0 ? system.inventory : other;
      return inventory.claim(place, newBatch(entries.join(',')), { mayBorrow: false });
    }),
  );
  const seats = results.flatMap((result) =>
    result.kind === 'decided'
      ? result.outcomes.flatMap((outcome) => (outcome.kind === 'held' ? outcome.hold.seats : []))
      : [],
  );
  expect(seats).toHaveLength(100);
  expect(new Set(seats).size).toBe(100);
  expect(await system.inventory.counts(drop)).toMatchObject({ free: 0, held: 100, capacity: 100 });
});
