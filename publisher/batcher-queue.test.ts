import request from 'supertest';
import { eventually } from '../testing/eventually.ts';
import { createPublisherSystem, type PublisherSystem } from '../testing/publisher/publisher-system.ts';

let system: PublisherSystem;
beforeAll(async () => {
  system = await createPublisherSystem({ attempts: 1_000 });
});
afterAll(() => system.stop());

test('without its queue an entry is not accepted; the queue comes back, and what is accepted is in it', async () => {
  const drop = await system.createDrop();
  const { topology, channel } = system.broker;
  const enter = async () => {
    const { id, bearer } = await system.user();
    const press = () =>
      request(system.url).post(`/api/drops/${drop.id}/entries`).set(bearer).send(system.entry(drop, id));
    return { id, press };
  };
  const first = await enter();
  expect((await first.press()).status).toBe(202);
  expect((await system.queued()).entries).toHaveLength(1);

  const buyers = await Promise.all(Array.from({ length: 5 }, enter));
  await channel.deleteQueue(topology.entryQueue(topology.entryQueueOf(drop.id, 0)));
  // Whether these entries are in one batch or in several, all are refused.
  const refused = await Promise.all(buyers.map(({ press }) => press()));
  expect(refused.map(({ status, body }) => [status, body.code])).toEqual(
    buyers.map(() => [503, 'unavailable']),
  );
  expect(system.lines.some(({ msg }) => msg === 'a queue is gone; it is set up again')).toBe(true);

  await eventually(async () => (await buyers[0]!.press()).status === 202);
  for (const { press } of buyers.slice(1)) expect((await press()).status).toBe(202);
  const { entries } = await system.queued();
  expect(entries.toSorted()).toEqual(buyers.map(({ id }) => `${drop.id}.0 ${id}:1`).toSorted());
});
