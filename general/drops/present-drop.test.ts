import request from 'supertest';
import { questionFor } from '../../shared/drops/question.ts';
import { loadDrop } from '../../shared/drops/drop.ts';
import { createDrop } from '../../testing/general/new-drop.ts';
import { startGeneral, type TestGeneral, type TestUser } from '../../testing/general/start-general.ts';

let general: TestGeneral;
let organizer: TestUser;
beforeAll(async () => {
  general = await startGeneral();
  organizer = await general.user('organizer');
});
afterAll(() => general.stop());
afterEach(() => general.assertQuiet());

const secret = 'the hidden answer';
const questions = Array.from({ length: 7 }, (_, index) => ({
  text: `Question ${index + 1}?`,
  answer: secret,
}));

test('a buyer sees the one question that every tier picks, a stranger sees none, and only who runs the sale an answer', async () => {
  const { id, eventId } = await createDrop(general, organizer, { questions });
  const stored = await loadDrop(general.db, id);
  const look = (path: string, headers = {}) => request(general.app).get(path).set(headers).expect(200);

  const stranger = await look(`/api/drops/${id}`);
  expect(stranger.body).not.toHaveProperty('question');
  const seen = new Set<number>();
  for (const buyer of await Promise.all(Array.from({ length: 20 }, () => general.user()))) {
    const answer = await look(`/api/drops/${id}`, buyer.bearer);
    const asked = questionFor(stored!, buyer.userId)!;
    expect(answer.body).toMatchObject({ question: { id: asked.id, text: asked.text } });
    expect(answer.text).not.toContain(secret);
    seen.add(asked.id);
  }
  expect(seen.size).toBeGreaterThan(2);

  const { text: toOwner } = await look(`/api/drops/${id}`, organizer.bearer);
  expect(JSON.parse(toOwner)).toMatchObject({ questions });
  const admin = await general.user('admin');
  const { text: toAdmin } = await look(`/api/drops/${id}`, admin.bearer);
  expect(JSON.parse(toAdmin)).toMatchObject({ questions });
  // Their sessions still have the roles that they have lost.
  const noLonger = await general.user('admin');
  await general.db('users').where({ id: noLonger.userId }).update({ role: 'organizer' });
  for (const other of [noLonger, await general.user('organizer')]) {
    const { text } = await look(`/api/drops/${id}`, other.bearer);
    expect(text).not.toContain(secret);
  }
  await general.db('users').where({ id: organizer.userId }).update({ role: 'shopper' });
  const { text: toDemoted } = await look(`/api/drops/${id}`, organizer.bearer);
  await general.db('users').where({ id: organizer.userId }).update({ role: 'organizer' });
  expect(toDemoted).not.toContain(secret);

  for (const path of [
    `/api/events/${eventId}`,
    `/api/events?organizerId=${organizer.userId}`,
    '/api/events?mine=true',
  ]) {
    const { text } = await look(path, organizer.bearer);
    expect(text).not.toContain(secret);
  }
});

test('a drop is told with its terms and the clock to count down by', async () => {
  const { id, eventId } = await createDrop(general, organizer);
  const before = Date.now();
  const { body } = await request(general.app).get(`/api/drops/${id}`).expect(200);
  expect(body).toMatchObject({
    id,
    eventId,
    state: 'scheduled',
    price: { amount: 4500, currency: 'EUR' },
    capacity: 25,
    maxPerBuyer: 4,
    holdSeconds: 300,
    standbyLimit: 20,
    sections: [
      { name: 'Stalls', rows: 2, seatsPerRow: 10 },
      { name: 'Balcony', rows: 1, seatsPerRow: 5 },
    ],
  });
  const { serverTime } = body as { serverTime: string };
  expect(Date.parse(serverTime)).toBeGreaterThanOrEqual(before);
  expect(Date.parse(serverTime)).toBeLessThanOrEqual(Date.now());
});

test('its state follows the clock', async () => {
  const { id } = await createDrop(general, organizer);
  const state = async () =>
    ((await request(general.app).get(`/api/drops/${id}`).expect(200)).body as { state: string }).state;
  const set = (columns: object) => general.db('drops').where({ id }).update(columns);
  const ago = (seconds: number) => new Date(Date.now() - seconds * 1000);

  expect(await state()).toBe('scheduled');
  await set({ opens_at: ago(60) });
  expect(await state()).toBe('open');
  await set({ closes_at: ago(1) });
  expect(await state()).toBe('closed');
  await set({ cancelled_at: ago(1) });
  expect(await state()).toBe('cancelled');
});
