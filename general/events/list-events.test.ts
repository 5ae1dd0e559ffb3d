import request from 'supertest';
import { newBatchId } from '../../shared/inventory/entry-id.ts';
import { eventually } from '../../testing/eventually.ts';
import { createDrop, createEvent, dropBody, openDrop } from '../../testing/general/new-drop.ts';
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

describe('a search', () => {
  const day = 86_400_000;
  const ids = {} as Record<'strings' | 'percent' | 'taipei' | 'emoji' | 'past' | 'running', number>;
  let drops: Record<'cheap' | 'dear' | 'yen', number>;

  beforeAll(async () => {
    const other = await general.user('organizer');
    await general.db('users').where({ id: other.userId }).update({ name: 'Órchestra Guild' });
    const insert = async (facts: object) => {
      const [id] = await general.db('events').insert({
        organizer_id: other.userId,
        description: '',
        venue: 'Old Mill, Graz',
        starts_at: new Date(Date.now() + 400 * day),
        ...facts,
      });
      return id!;
    };
    ids.strings = await insert({
      title: 'A Nocturne for Strings',
      description: 'Quartets under CANDElabra.',
    });
    ids.percent = await insert({ title: '100% Jazz_Night', starts_at: new Date(Date.now() + 401 * day) });
    ids.taipei = await insert({
      title: '國家交響樂團 定期音樂會',
      venue: '台北國家音樂廳',
      starts_at: new Date(Date.now() + 402 * day),
    });
    ids.emoji = await insert({ title: 'Fiddle 🎻 𠮷野', starts_at: new Date(Date.now() + 403 * day) });
    ids.past = await insert({ title: 'Strings of yesterday', starts_at: new Date(Date.now() - day) });
    ids.running = await insert({ title: 'Strings, still on sale' });
    const made = async (eventId: number, changes: object) => {
      const answer = await request(general.app)
        .post(`/api/events/${eventId}/drops`)
        .set(other.bearer)
        .send(dropBody(changes))
        .expect(201);
      return (answer.body as { id: number }).id;
    };
    const sections = [{ name: 'Stalls', rows: 1, seatsPerRow: 2 }];
    drops = {
      cheap: await made(ids.strings, { sections, price: { amount: 2000, currency: 'EUR' } }),
      dear: await made(ids.percent, {
        sections,
        price: { amount: 2000, currency: 'EUR' },
        fees: { perSeat: 501, perOrder: 0, percent: 0 },
      }),
      yen: await made(ids.taipei, { sections, price: { amount: 2000, currency: 'JPY' } }),
    };
    await made(ids.running, { sections, price: { amount: 9000, currency: 'EUR' } });
    await general
      .db('events')
      .where({ id: ids.running })
      .update({ starts_at: new Date(Date.now() - 2 * day) });
  });

  const { strings, percent, taipei, emoji, running } = {
    strings: () => ids.strings,
    percent: () => ids.percent,
    taipei: () => ids.taipei,
    emoji: () => ids.emoji,
    running: () => ids.running,
  };

  test.each<[string, Record<string, string>, (() => number)[]]>([
    ['words of the title, in any case', { q: 'STRINGS nocturne' }, [strings]],
    ['a part of a word of the description', { q: 'candela' }, [strings]],
    ['the name of the organizer, with or without accents', { q: 'orchestra jazz' }, [percent]],
    ['Chinese without blanks', { q: '交響樂' }, [taipei]],
    ['Chinese in the place', { place: '台北' }, [taipei]],
    ['a place and a word', { place: 'graz', q: 'fiddle' }, [emoji]],
    ['nothing, if one word does not occur', { q: 'strings nowhere' }, []],
    ['a percent sign itself', { q: '%' }, [percent]],
    ['an underscore itself', { q: '_' }, [percent]],
    ['a backslash itself', { q: '\\' }, []],
    ['quotes and SQL', { q: `' or 1=1 -- "` }, []],
    ['an emoji itself', { q: '🎻' }, [emoji]],
    ['another emoji', { q: '🎺' }, []],
    ['a rare ideograph itself', { q: '𠮷' }, [emoji]],
    ['another rare ideograph', { q: '𠮶' }, []],
    ['an event that has begun and is on sale', { q: 'still' }, [running]],
    ['a price with its fees', { priceMax: '2500', currency: 'EUR' }, [strings]],
    ['a price with its fees, a cent more', { priceMax: '2501', currency: 'EUR' }, [strings, percent]],
    ['a price in its currency', { priceMax: '2500', currency: 'JPY' }, [taipei]],
    ['nothing that is free', { priceMax: '0' }, []],
    [
      'blanks alone, which search for nothing',
      { q: '   ', place: 'Graz', priceMax: '9000', currency: 'EUR' },
      [running, strings, percent],
    ],
  ])('finds %s', async (_, query, found) => {
    for (const limit of [1, 50]) expect(await readAll({ ...query, limit })).toEqual(found.map((id) => id()));
  });

  test('is limited by dates, the last one not included', async () => {
    const startsAt = async (id: number) => {
      const { body } = await request(general.app).get(`/api/events/${id}`).expect(200);
      return (body as { startsAt: string }).startsAt;
    };
    const [from, to] = [await startsAt(ids.percent), await startsAt(ids.emoji)];
    expect(await readAll({ from, to, limit: 1 })).toEqual([ids.percent, ids.taipei]);
    expect(await readAll({ from, to: from })).toEqual([]);
  });

  test('lists what can be bought now; what is paused, sold out or not open is not there', async () => {
    expect(await readAll({ available: 'true' })).toEqual([]);
    for (const id of Object.values(drops)) await openDrop(general, id);
    await general.db('drops').where({ id: drops.yen }).update({ paused_at: new Date() });
    const place = { dropId: drops.dear, partition: 0 };
    await general.inventory.claim(place, { id: newBatchId(), packed: '1:2' }, { mayBorrow: false });
    await eventually(async () => expect(await readAll({ available: 'true' })).toEqual([ids.strings]), 10_000);
    expect(await readAll({ available: 'true', q: 'jazz' })).toEqual([]);
    expect(await readAll({ available: 'false', q: 'jazz' })).toEqual([ids.percent]);
  });

  test('finds past events, the latest first, if asked for', async () => {
    expect(await readAll({ when: 'past', q: 'strings' })).toEqual([ids.past]);
    const past = await readAll({ when: 'past', limit: 1 });
    expect(past[0]).toBe(ids.past);
    expect(past).not.toContain(ids.running);
  });

  test.each([
    [{ q: 'x'.repeat(10_000) }, '/q', 'too_long'],
    [{ q: 'a\u0000b' }, '/q', 'line_breaks'],
    [{ place: 'a\u202eb' }, '/place', 'line_breaks'],
    [{ q: ['a', 'b'] }, '/q', 'wrong_type'],
    [{ from: 'tomorrow' }, '/from', 'wrong_format'],
    [{ from: '2030-02-30T00:00:00Z' }, '/from', 'wrong_format'],
    [{ to: '9999-01-01T00:00:00Z' }, '/to', 'year_out_of_range'],
    [{ from: '2030-02-02T00:00:00Z', to: '2030-02-01T00:00:00Z' }, '/to', 'before_from'],
    [{ priceMax: '-1', currency: 'EUR' }, '/priceMax', 'not_number'],
    [{ priceMax: '1e3', currency: 'EUR' }, '/priceMax', 'not_number'],
    [{ priceMax: '9'.repeat(30), currency: 'EUR' }, '/priceMax', 'too_big'],
    [{ priceMax: '100' }, '/currency', 'required'],
    [{ priceMax: '100', currency: 'QQQ' }, '/currency', 'not_a_currency'],
    [{ available: 'yes' }, '/available', 'not_an_option'],
    [{ when: 'soon' }, '/when', 'not_an_option'],
    [{ city: 'Graz' }, '/city', 'unknown_field'],
  ])('with %j is refused', async (query, pointer, code) => {
    const { body } = await request(general.app).get('/api/events').query(query).expect(422);
    expect((body as { errors: object[] }).errors).toContainEqual(expect.objectContaining({ pointer, code }));
  });
});

test('a flood of searches is refused beyond a few, and the list is not', async () => {
  const { app, stop } = await startGeneral();
  const flood = Array.from({ length: 60 }, (_, index) =>
    request(app)
      .get('/api/events')
      .query({ q: `word${index}` }),
  );
  const lists = Array.from({ length: 30 }, () => request(app).get('/api/events'));
  const [found, listed] = await Promise.all([Promise.all(flood), Promise.all(lists)]);
  const refused = found.filter(({ status }) => status === 503);
  expect(refused.length).toBeGreaterThan(0);
  expect(found.filter(({ status }) => status === 200).length).toBeGreaterThanOrEqual(17);
  expect(refused[0]!.headers['retry-after']).toBe('1');
  expect(new Set(listed.map(({ status }) => status))).toEqual(new Set([200]));
  // The turns are given back.
  await request(app).get('/api/events').query({ q: 'nothing like it' }).expect(200);
  await stop();
});
