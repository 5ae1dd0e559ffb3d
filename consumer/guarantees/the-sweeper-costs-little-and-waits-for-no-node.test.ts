/** The sweeper has to check every drop on sale once a second. */
import { createAnnouncer } from '../../shared/messages/announce.ts';
import type { Drop } from '../../shared/drops/drop.ts';
import { newBatchId } from '../../shared/inventory/entry-id.ts';
import { createInventory, type Inventory } from '../../shared/inventory/inventory.ts';
import { createMetrics } from '../../shared/tier/metrics.ts';
import { captureLog } from '../../testing/captured-log.ts';
import { eventually } from '../../testing/eventually.ts';
import { newDrop } from '../../testing/inventory.ts';
import { randomKeys } from '../../testing/keys.ts';
import { startOwnRedis, type OwnRedis } from '../../testing/own-redis.ts';
import { createConsumerMetrics } from '../consumer-metrics.ts';
import { createSeatSharing } from '../share-seats.ts';
import { createSweep } from '../sweep.ts';
import { createConsumerSystem, type ConsumerSystem } from '../../testing/consumer/consumer-system.ts';

let system: ConsumerSystem;
let own: OwnRedis;
let inventory: Inventory;
let redis: ReturnType<OwnRedis['connect']>;
beforeAll(async () => {
  system = await createConsumerSystem();
  // A node that is suspended for less than that is not replaced.
  own = await startOwnRedis(600_000);
  redis = own.connect();
  inventory = createInventory({ redis, namespace: 'swept' });
}, 120_000);
afterAll(async () => {
  await own.stop();
  await system.close();
});

function sweeper() {
  const { log, lines } = captureLog();
  const announcer = createAnnouncer({
    redis,
    inventory,
    // Standby is empty, so no timer is set.
    channel: { current: () => undefined, ready: () => false },
    topology: system.broker.topology,
    checkoutKeys: randomKeys(),
  });
  const sweep = createSweep({
    inventory,
    announcer,
    sharing: createSeatSharing({ inventory, announcer }),
    metrics: createConsumerMetrics(createMetrics('consumer')),
    graceMs: 0,
    timerGraceMs: 0,
    log,
  });
  return { sweep, lines };
}

async function openDrop(): Promise<Drop> {
  const drop = newDrop();
  await inventory.stock(drop);
  return drop;
}

/** An expired hold whose timer has failed. */
async function lapsed({ id }: Drop): Promise<string> {
  const place = { dropId: id, partition: 0 };
  const batch = { id: newBatchId(), packed: '1:1' };
  const claimed = await inventory.claim(place, batch, { mayBorrow: false });
  const [outcome] = claimed.kind === 'decided' ? claimed.outcomes : [];
  if (outcome?.kind !== 'held') throw new Error(claimed.kind);
  const { holdId } = outcome.hold;
  const [holds, due] = [inventory.keys.key(place, 'holds'), inventory.keys.key(place, 'due')];
  const record = (await redis.hget(holds, holdId))!.split('|');
  record[2] = '1';
  await redis.hset(holds, holdId, record.join('|'));
  await redis.zadd(due, 1, holdId);
  return holdId;
}

const stateOf = async ({ id }: Drop, holdId: string) =>
  (await inventory.holds({ dropId: id, partition: 0 }, [holdId]))[0]?.state;

test('one command for each partition in which there is nothing to do', async () => {
  for (let count = 0; count < 20; count += 1) await openDrop();
  const { sweep } = sweeper();
  await sweep();
  const sent = jest.spyOn(redis, 'sendCommand');
  await sweep();
  const asked = sent.mock.calls.length;
  sent.mockRestore();
  // One more command reads the list of drops.
  expect(asked).toBe((await inventory.liveDrops()).length + 1);
});

test('a node that stands still holds up nobody on the others, and its own drops are swept when it is back', async () => {
  const first = await openDrop();
  const nodeOf = ({ id }: Drop) => inventory.nodesOf([{ dropId: id, partition: 0 }]);
  const [away, here] = [[first], [] as Drop[]];
  // More drops than are looked at concurrently.
  while (away.length < 130 || here.length < 3) {
    const drop = await openDrop();
    (nodeOf(drop) === nodeOf(first) ? away : here).push(drop);
  }
  const { master } = await own.nodesOf(inventory.keys.key({ dropId: first.id, partition: 0 }, 'meta'));
  const { sweep, lines } = sweeper();
  await sweep();
  const [one, another] = here.slice(-2) as [Drop, Drop];
  const swept = await lapsed(one);
  const waiting = await lapsed(first);
  master.process.kill('SIGSTOP');
  let later: string;
  try {
    await sweep();
    expect(await stateOf(one, swept)).toBe('released');
    later = await lapsed(another);
    // Partitions that hang are not asked again.
    await sweep();
    expect(await stateOf(another, later)).toBe('released');
  } finally {
    master.process.kill('SIGCONT');
  }
  await eventually(async () => {
    await sweep();
    return (await stateOf(first, waiting)) === 'released';
  });
  expect(lines.filter(({ level }) => level >= 50)).toEqual([]);
}, 120_000);
