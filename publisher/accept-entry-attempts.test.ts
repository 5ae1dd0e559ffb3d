import request from 'supertest';
import { createPublisherSystem, type PublisherSystem } from '../testing/publisher/publisher-system.ts';

let system: PublisherSystem;
beforeAll(async () => {
  system = await createPublisherSystem({ attempts: 8 });
});
afterAll(() => system.stop());

test('after eight guesses even the right answer must wait, and nobody else does', async () => {
  const drop = await system.createDrop();
  const [guesser, other] = [await system.user(), await system.user()];
  const send = (user: typeof guesser, body: object) =>
    request(system.url).post(`/api/drops/${drop.id}/entries`).set(user.bearer).send(body);

  const guesses = await Promise.all(
    Array.from({ length: 20 }, (_, guess) =>
      send(guesser, { ...system.entry(drop, guesser.id), answer: `guess ${guess}` }),
    ),
  );
  const counted = Map.groupBy(guesses, ({ body }) => (body as { code: string }).code);
  expect(counted.get('wrong_answer')).toHaveLength(8);
  expect(counted.get('too_many_requests')).toHaveLength(12);
  const refused = await send(guesser, system.entry(drop, guesser.id));
  expect(refused.status).toBe(429);
  // This tells a page that the limit is of this buyer, and not of all clients that share an address.
  expect(refused.body).toHaveProperty('retryAt', expect.stringMatching(/^\d{4}-.*Z$/));
  expect((await send(other, system.entry(drop, other.id))).status).toBe(202);
  expect((await system.queued()).entries).toHaveLength(1);
});
