import { connectRedis } from '../../shared/redis/connect.ts';
import { testServers } from '../../testing/servers.ts';
import type { Inventory } from '../../shared/inventory/inventory.ts';
import { newDrop } from '../../shared/contract/drops.ts';
import { createDrop, createEvent, dropBody } from '../../testing/general/new-drop.ts';
import { startGeneral, type TestGeneral, type TestUser } from '../../testing/general/start-general.ts';
import { insertDrop } from '../drops/create-drop.ts';
import { startStocking, createStocking } from './stock-drops.ts';

let general: TestGeneral;
let organizer: TestUser;
beforeAll(async () => {
  general = await startGeneral();
  organizer = await general.user('organizer');
});
afterAll(() => general.stop());

const stockedAt = async (id: number) =>
  ((await general.db('drops').where({ id }).first()) as { stocked_at: Date | null }).stocked_at;

test('a drop is on sale when its making is answered', async () => {
  const { id } = await createDrop(general, organizer, { partitions: 3 });
  expect(await stockedAt(id)).not.toBeNull();
  expect(await general.inventory.counts({ id, partitions: 3 })).toMatchObject({
    capacity: 25,
    free: 25,
    held: 0,
  });
});

test('the process ends between MySQL and Redis: the duty of the next one stocks the drop', async () => {
  const eventId = await createEvent(general, organizer);
  const id = await insertDrop(general.db, eventId, newDrop.parse(dropBody()));
  expect(await general.inventory.counts({ id, partitions: 1 })).toBeUndefined();

  const duty = startStocking(general.deps);
  try {
    await until(async () => (await stockedAt(id)) !== null);
    expect(await general.inventory.counts({ id, partitions: 1 })).toMatchObject({ free: 25 });
  } finally {
    await duty.stop();
  }
});

test('the process ends after Redis and before MySQL says so: stocking again changes nothing', async () => {
  const { id } = await createDrop(general, organizer);
  await general.db('drops').where({ id }).update({ stocked_at: null });
  const before = await general.inventory.seatMap({ id, partitions: 1 });
  await Promise.all([createStocking(general.deps)(), createStocking(general.deps)()]);
  expect(await stockedAt(id)).not.toBeNull();
  expect(await general.inventory.seatMap({ id, partitions: 1 })).toEqual(before);
});

test('what Redis has lost is not put on sale from scratch, where sold seats would be free again', async () => {
  const { id } = await createDrop(general, organizer);
  const place = { dropId: id, partition: 0 };
  const redis = connectRedis(testServers().redisNodes, general.deps.log);
  await redis.unlink(...general.inventory.keys.all(place));
  redis.disconnect();
  await general.db('drops').where({ id }).update({ stocked_at: null });
  await createStocking(general.deps)();
  expect(await general.inventory.counts({ id, partitions: 1 })).toBeUndefined();
  expect(await stockedAt(id)).toBeNull();
  expect(JSON.stringify(general.complaints())).toContain(`npm run rebuild -- ${id}`);
  await general.db('drops').where({ id }).update({ cancelled_at: new Date() });
});

test('Redis away: the drop is made all the same, is not on sale, and is stocked when Redis is back', async () => {
  const away: Pick<Inventory, 'stock'> = { stock: () => Promise.reject(new Error('Redis is away')) };
  const cut = await startGeneral({ inventory: { ...general.inventory, ...away } });
  try {
    const { id } = await createDrop(cut, await cut.user('organizer'));
    const unstocked = () => cut.db('drops').where({ id }).whereNull('stocked_at');
    expect(await unstocked()).toHaveLength(1);
    await createStocking(cut.deps)();
    expect(await unstocked()).toHaveLength(1);
    expect(cut.complaints()).toContainEqual(expect.objectContaining({ msg: 'left for later', row: id }));
    await createStocking({ ...cut.deps, inventory: general.inventory })();
    expect(await unstocked()).toHaveLength(0);
  } finally {
    await cut.stop();
  }
});

test('what is cancelled or over is not put on sale', async () => {
  for (const column of ['cancelled_at', 'closes_at']) {
    const eventId = await createEvent(general, organizer);
    const id = await insertDrop(general.db, eventId, newDrop.parse(dropBody()));
    await general
      .db('drops')
      .where({ id })
      .update({ [column]: new Date(Date.now() - 1_000) });
    await createStocking(general.deps)();
    expect(await general.inventory.counts({ id, partitions: 1 })).toBeUndefined();
  }
});

async function until(holds: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 10_000;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error('waited too long');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
