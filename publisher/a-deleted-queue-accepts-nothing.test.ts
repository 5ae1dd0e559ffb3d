import request from 'supertest';
import { eventually } from '../testing/eventually.ts';
import { createPublisherWorld, type PublisherWorld } from '../testing/publisher/publisher-world.ts';

let world: PublisherWorld;
beforeAll(async () => {
  world = await createPublisherWorld({ attempts: 1_000 });
});
afterAll(() => world.stop());

test('without its queue an entry is not accepted; the queue comes back, and what is accepted is in it', async () => {
  const drop = await world.createDrop();
  const { topology, channel } = world.broker;
  const enter = async () => {
    const { id, bearer } = await world.user();
    const press = () =>
      request(world.url).post(`/api/drops/${drop.id}/entries`).set(bearer).send(world.entry(drop, id));
    return { id, press };
  };
  const first = await enter();
  expect((await first.press()).status).toBe(202);
  expect((await world.queued()).entries).toHaveLength(1);

  const buyers = await Promise.all(Array.from({ length: 5 }, enter));
  await channel.deleteQueue(topology.entryQueue(topology.entryQueueOf(drop.id, 0)));
  // Whether these entries are in one batch or in several, all are refused.
  const refused = await Promise.all(buyers.map(({ press }) => press()));
  expect(refused.map(({ status, body }) => [status, body.code])).toEqual(
    buyers.map(() => [503, 'unavailable']),
  );
  expect(world.lines.some(({ msg }) => msg === 'a queue is gone; it is set up again')).toBe(true);

  await eventually(async () => (await buyers[0]!.press()).status === 202);
  for (const { press } of buyers.slice(1)) expect((await press()).status).toBe(202);
  const { entries } = await world.queued();
  expect(entries.toSorted()).toEqual(buyers.map(({ id }) => `${drop.id}.0 ${id}:1`).toSorted());
});
