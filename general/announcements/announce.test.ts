import request from 'supertest';
import { mostAnnouncements } from '../../shared/contract/announcement-limits.ts';
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

type Made = { number: number; text: string; announcedAt: string };

const pathOf = (id: number) => `/api/drops/${id}/announcements`;
const announce = (id: number, body: object, by?: TestUser) =>
  request(general.app)
    .post(pathOf(id))
    .set(by?.bearer ?? {})
    .send(body);
const announced = async (id: number) =>
  ((await request(general.app).get(pathOf(id)).expect(200)).body as { announcements: Made[] }).announcements;

test('what was announced is there for everybody, latest first, and the drop counts it', async () => {
  const { id } = await createDrop(general, organizer);
  expect(await announced(id)).toEqual([]);
  const texts = ['Doors open at 19:00.', '  Bring a coat:\r\nthe yard has no roof ☔  '];
  const made: Made[] = [];
  for (const text of texts) made.push((await announce(id, { text }, organizer).expect(201)).body as Made);
  expect(made).toMatchObject([
    { number: 1, text: 'Doors open at 19:00.' },
    { number: 2, text: 'Bring a coat:\nthe yard has no roof ☔' },
  ]);
  expect(await announced(id)).toEqual(made.toReversed());
  const { body } = await request(general.app).get(`/api/drops/${id}/seats`).expect(200);
  expect(body).toMatchObject({ drop: { announcements: 2 } });
  await announce(id, { text: 'From the house.' }, await general.user('admin')).expect(201);
});

test('a drop that is over, or was cancelled, can still be announced to', async () => {
  const { id } = await createDrop(general, organizer);
  for (const columns of [{ closes_at: new Date(Date.now() - 1_000) }, { cancelled_at: new Date() }]) {
    await general.db('drops').where({ id }).update(columns);
    await announce(id, { text: 'Thank you all.' }, organizer).expect(201);
  }
  expect(await announced(id)).toHaveLength(2);
});

test('nobody else may, and no such drop is not found', async () => {
  const { id } = await createDrop(general, organizer);
  const body = { text: 'Free tickets!' };
  await announce(id, body).expect(401);
  await announce(id, body, await general.user()).expect(403);
  await announce(id, body, await general.user('organizer')).expect(403);
  await announce(4_294_967_295, body, organizer).expect(404);
  expect(await announced(id)).toEqual([]);
});

test.each<[string, object]>([
  ['/text', {}],
  ['/text', { text: '' }],
  ['/text', { text: ' \n\t ' }],
  ['/text', { text: 'x'.repeat(501) }],
  ['/text', { text: 'a\u0007b' }],
  ['/text', { text: ['a'] }],
  ['/nonce', { text: 'a', nonce: 'short' }],
  ['/nonce', { text: 'a', nonce: 'with a blank' }],
  ['/number', { text: 'a', number: 9 }],
])('a fault at %s is told and announces nothing: %j', async (pointer, body) => {
  const { id } = await createDrop(general, organizer);
  const answer = await announce(id, body, organizer).expect(422);
  expect(answer.body).toMatchObject({ code: 'invalid_request', errors: [{ pointer }] });
  expect(await announced(id)).toEqual([]);
});

test('sent again with its nonce it is the same one, however many try at once', async () => {
  const { id } = await createDrop(general, organizer);
  const body = { text: 'Ten minutes late.', nonce: 'a-nonce-of-mine' };
  const answers = await Promise.all(Array.from({ length: 5 }, () => announce(id, body, organizer)));
  expect(answers.map(({ status }) => status)).toEqual(Array(5).fill(201));
  expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
  expect(await announced(id)).toHaveLength(1);

  const other = await announce(id, { ...body, text: 'An hour late.' }, organizer).expect(422);
  expect(other.body).toMatchObject({ errors: [{ pointer: '/nonce', code: 'nonce_reused' }] });
  // Nonces are per drop, and an announcement without a nonce is always new.
  const { id: another } = await createDrop(general, organizer);
  await announce(another, body, organizer).expect(201);
  for (const number of [2, 3]) {
    expect((await announce(id, { text: body.text }, organizer).expect(201)).body).toMatchObject({ number });
  }
});

test('those who announce at the same time get numbers without gaps, up to the limit', async () => {
  const { id } = await createDrop(general, organizer);
  const answers = await Promise.all(
    Array.from({ length: mostAnnouncements + 2 }, (_, at) =>
      announce(id, { text: `Number ${at}`, nonce: `nonce-of-${at}` }, organizer),
    ),
  );
  const made = answers.filter(({ status }) => status === 201).map(({ body }) => body as Made);
  const numbers = Array.from({ length: mostAnnouncements }, (_, at) => at + 1);
  expect(made.map(({ number }) => number).toSorted((one, other) => one - other)).toEqual(numbers);
  const refused = answers.filter(({ status }) => status !== 201);
  expect(refused.map(({ body }) => body as object)).toEqual(
    Array(2).fill(expect.objectContaining({ code: 'too_many_announcements', status: 409 })),
  );
  expect((await announced(id)).map(({ number }) => number)).toEqual(numbers.toReversed());
  // A repeated request for an announcement that was made is answered as before.
  const first = answers.findIndex(({ status }) => status === 201);
  await announce(id, { text: `Number ${first}`, nonce: `nonce-of-${first}` }, organizer).expect(201);
});
