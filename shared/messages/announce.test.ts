import { createAnnouncer } from './announce.ts';
import { createTestBroker, type TestBroker } from '../../testing/broker.ts';
import { captureLog } from '../../testing/captured-log.ts';
import { eventually } from '../../testing/eventually.ts';
import { createTestInventory, type TestInventory } from '../../testing/inventory.ts';
import { randomKeys } from '../../testing/keys.ts';
import { testServers } from '../../testing/servers.ts';
import { connectBroker, type Broker } from './connect.ts';
import { NotConfirmed } from './publish.ts';

const holdSeconds = 600;
let system: TestInventory;
let servers: TestBroker;
let broker: Broker;
beforeAll(async () => {
  system = createTestInventory();
  servers = await createTestBroker(system.namespace, { holdSeconds: [holdSeconds] });
  broker = await connectBroker(testServers().amqpUrl, captureLog().log);
});
afterAll(async () => {
  await broker.close();
  await servers.stop();
  await system.stop();
});

test('a timer whose waiting queue was deleted is not set; the queue comes back, and then it is', async () => {
  const { topology } = servers;
  const { redis, inventory } = system;
  const channel = await broker.channel('timers', (opened) => topology.assertExpired(opened));
  const checkoutKeys = randomKeys();
  const announcer = createAnnouncer({ redis, inventory, channel, topology, checkoutKeys });
  const { place } = await system.openDrop({ holdSeconds });
  const now = Date.now();
  const hold = {
    ...(await system.hold(place, 1)),
    heldAt: now,
    version: 1,
    expiresAt: now + 1000 * holdSeconds,
  };
  const queue = topology.waitingQueue(holdSeconds);

  await announcer.setTimers(place, [hold]);
  expect(await servers.depth(queue)).toBe(1);
  await servers.channel.deleteQueue(queue);
  await expect(announcer.setTimers(place, [hold, hold])).rejects.toThrow(NotConfirmed);
  await eventually(() =>
    announcer.setTimers(place, [hold]).then(
      () => true,
      () => false,
    ),
  );
  expect(await servers.depth(queue)).toBe(1);
});
