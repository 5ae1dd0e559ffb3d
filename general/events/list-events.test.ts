import request from 'supertest';
import { createDrop, createEvent } from '../../testing/general/new-drop.ts';
import { startGeneral, type TestGeneral, type TestUser } from '../../testing/general/start-general.ts';

let general: TestGeneral;
let organizer: TestUser;
beforeAll(async () => {
  general = await startGeneral();
  organizer = await general.user('organizer');
});
afterAll(() => general.stop());
afterEach(() => general.assertQuiet());

type Page = { items: { id: number; startsAt: string; drops: object[] }[]; next: string | null };

/** All ids of a list, read in pages of `limit`. */
async function readAll(query: object): Promise<number[]> {
  const ids: number[] = [];
  let after: string | null | undefined;
  do {
    const answer = await request(general.app)
      .get('/api/events')
      .query({ ...query, ...(after && { after }) })
      .expect(200);
    const { items, next } = answer.body as Page;
    ids.push(...items.map(({ id }) => id));
    after = next;
  } while (after !== null);
  return ids;
}

/** Inserts events that start in these numbers of days; several may start at the same moment. */
async function insertEvents(by: TestUser, days: number[]): Promise<number[]> {
  const midnight = new Date().setUTCHours(24, 0, 0, 0);
  const ids: number[] = [];
  for (const day of days) {
    const starts_at = new Date(midnight + day * 86_400_000);
    const row = { organizer_id: by.userId, title: `Day ${day}`, description: '', venue: 'V', starts_at };
    const [id] = await general.db('events').insert(row);
    ids.push(id!);
  }
  return ids;
}

test('everybody sees each event to come once, the next first; its organizer also the past, the latest first', async () => {
  const [e3, past, e1, e2a, e2b] = (await insertEvents(organizer, [3, -2, 1, 2, 2])) as [
    number,
    number,
    number,
    number,
    number,
  ];
  const others = await insertEvents(await general.user('organizer'), [5, 4]);

  for (const limit of [1, 2, 3, 100]) {
    expect(await readAll({ limit })).toEqual([e1, e2a, e2b, e3, ...others.toReversed()]);
    expect(await readAll({ limit, organizerId: organizer.userId })).toEqual([e3, e2b, e2a, e1, past]);
  }
  expect(await readAll({ organizerId: 4_000_000_000 })).toEqual([]);
});

test('an event is shown with what was said last and with its drops', async () => {
  const { id, eventId } = await createDrop(general, organizer);
  const changes = {
    title: 'Another Night',
    venue: 'New Mill',
    startsAt: '2190-01-01T20:00:00.000Z',
    timeZone: 'Europe/Vienna',
  };
  const edited = await request(general.app)
    .patch(`/api/events/${eventId}`)
    .set(organizer.bearer)
    .send(changes)
    .expect(200);
  const shown = await request(general.app).get(`/api/events/${eventId}`).expect(200);
  expect(shown.body).toMatchObject({
    ...changes,
    id: eventId,
    organizerId: organizer.userId,
    description: 'Quartets by candlelight.',
    drops: [{ id, state: 'scheduled', capacity: 25 }],
  });
  expect(edited.body).toMatchObject(changes);

  const listed = await request(general.app).get('/api/events').query({ limit: 100 }).expect(200);
  const summary = (listed.body as Page).items.find((item) => item.id === eventId);
  expect(summary).toMatchObject({
    drops: [{ id, state: 'scheduled', price: { amount: 4500, currency: 'EUR' } }],
  });
});

test('one who is not signed in makes no event', async () => {
  const answer = await request(general.app).post('/api/events').send({}).expect(401);
  expect(answer.body).toMatchObject({ code: 'not_signed_in' });
  await createEvent(general, organizer);
});
