import { createLog } from '../shared/tier/log.ts';
import { createTestInventory } from '../testing/inventory.ts';
import { countAcceptedEntries } from './accepted-entries.ts';

const system = createTestInventory();
afterAll(() => system.stop());

test('what several processes accepted adds up, and the last of it is counted when they stop', async () => {
  const { drop } = await system.openDrop();
  const log = createLog('publisher', 'silent');
  const processes = [1, 2].map(() => countAcceptedEntries(system.inventory, log));
  expect(await system.inventory.accepted(drop.id)).toBe(0);
  for (let entry = 0; entry < 1_000; entry += 1) processes[entry % 2]!.count(drop.id);
  await Promise.all(processes.map((each) => each.stop()));
  expect(await system.inventory.accepted(drop.id)).toBe(1_000);
  await system.redis.del(system.inventory.keys.accepted(drop.id));
});
