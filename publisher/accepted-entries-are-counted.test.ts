import { createLog } from '../shared/tier/log.ts';
import { createTestInventory } from '../testing/inventory.ts';
import { countAcceptedEntries } from './accepted-entries.ts';

const shop = createTestInventory();
afterAll(() => shop.stop());

test('what several processes accepted adds up, and the last of it is counted when they stop', async () => {
  const { drop } = await shop.onSale();
  const log = createLog('publisher', 'silent');
  const processes = [1, 2].map(() => countAcceptedEntries(shop.inventory, log));
  expect(await shop.inventory.accepted(drop.id)).toBe(0);
  for (let entry = 0; entry < 1_000; entry += 1) processes[entry % 2]!.count(drop.id);
  await Promise.all(processes.map((each) => each.stop()));
  expect(await shop.inventory.accepted(drop.id)).toBe(1_000);
  await shop.redis.del(shop.inventory.keys.accepted(drop.id));
});
