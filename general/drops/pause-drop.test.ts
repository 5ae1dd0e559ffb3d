import request from 'supertest';
import type { TestUser } from '../../testing/general/start-general.ts';
import { startGeneralSystem, type GeneralSystem } from '../../testing/general/general-system.ts';
import { createDrop } from '../../testing/general/new-drop.ts';

let system: GeneralSystem;
beforeAll(async () => {
  system = await startGeneralSystem();
});
afterAll(() => system.stop());
afterEach(() => system.assertQuiet());

const post = (path: string, by?: TestUser) =>
  request(system.app)
    .post(path)
    .set(by?.bearer ?? {});
const state = async (id: number) =>
  ((await request(system.app).get(`/api/drops/${id}`).expect(200)).body as { state: string }).state;

test('a pause and its end show in the drop, and both are safe to repeat', async () => {
  const { id } = await system.openDrop();
  for (const by of [system.organizer, await system.user('admin')]) {
    for (const expected of ['paused', 'paused', 'open', 'open']) {
      const { body } = await post(`/api/drops/${id}/${expected === 'open' ? 'resume' : 'pause'}`, by).expect(
        200,
      );
      expect(body).toMatchObject({ id, state: expected });
      expect(await state(id)).toBe(expected);
    }
  }
});

test('holds, checkout and promotion go on while a drop is paused', async () => {
  const drop = await system.openDrop(1, { standbyLimit: 1 });
  const buyer = await system.user();
  const { token } = await system.hold(drop, buyer);
  await post(`/api/drops/${drop.id}/pause`, system.organizer).expect(200);
  const checkout = { checkoutToken: token, payment: { token: 'tok_approved' } };
  const paid = await request(system.app).post('/api/checkout').set(buyer.bearer).send(checkout);
  expect(paid.status).toBe(201);
});

test('a paused drop can be extended, one that is scheduled is paused when it opens', async () => {
  const drop = await system.openDrop();
  await post(`/api/drops/${drop.id}/pause`, system.organizer).expect(200);
  const closesAt = new Date(drop.closesAt + 60_000).toISOString();
  await request(system.app)
    .patch(`/api/drops/${drop.id}`)
    .set(system.organizer.bearer)
    .send({ closesAt })
    .expect(200);
  expect(await state(drop.id)).toBe('paused');

  const { id } = await createDrop(system, system.organizer);
  expect((await post(`/api/drops/${id}/pause`, system.organizer).expect(200)).body).toMatchObject({
    state: 'scheduled',
  });
  await system
    .db('drops')
    .where({ id })
    .update({ opens_at: new Date(Date.now() - 1_000) });
  expect(await state(id)).toBe('paused');
});

test('nobody else may, and what is over cannot be paused', async () => {
  const { id } = await system.openDrop();
  for (const action of ['pause', 'resume']) {
    const path = `/api/drops/${id}/${action}`;
    await post(path).expect(401);
    await post(path, await system.user()).expect(403);
    await post(path, await system.user('organizer')).expect(403);
    await post(`/api/drops/4294967295/${action}`, system.organizer).expect(404);
  }
  expect(await state(id)).toBe('open');
  const over: [object, string][] = [
    [{ closes_at: new Date(Date.now() - 1_000) }, 'drop_closed'],
    [{ cancelled_at: new Date() }, 'drop_cancelled'],
  ];
  for (const [columns, code] of over) {
    await system.db('drops').where({ id }).update(columns);
    const { body } = await post(`/api/drops/${id}/pause`, system.organizer).expect(409);
    expect(body).toMatchObject({ code });
  }
});
