import request from 'supertest';
import type { Fault } from '../../shared/contract/fault-codes.ts';
import { createDrop, createEvent, dropBody, inSeconds, openDrop } from '../../testing/general/new-drop.ts';
import { startGeneral, type TestGeneral, type TestUser } from '../../testing/general/start-general.ts';

let general: TestGeneral;
let organizer: TestUser;
beforeAll(async () => {
  general = await startGeneral();
  organizer = await general.user('organizer');
});
afterAll(() => general.stop());
afterEach(() => general.assertQuiet());

const day = 86_400;
const send = (method: 'post' | 'patch', path: string, body: object) =>
  request(general.app)[method](path).set(organizer.bearer).send(body);

/** Pointer and code of the only fault, or the status. */
function faultOf({ status, body }: request.Response): unknown {
  const { code, errors } = body as { code?: string; errors?: Fault[] };
  return status === 422 && code === 'invalid_request' && errors?.length === 1
    ? [errors[0]!.pointer, errors[0]!.code]
    : status;
}

const facts = { title: 'T', description: '', venue: 'V' };
const late = ['/closesAt', 'closes_late'];

test('an event is neither made nor moved into the past', async () => {
  expect(faultOf(await send('post', '/api/events', { ...facts, startsAt: inSeconds(-3600) }))).toEqual([
    '/startsAt',
    'in_the_past',
  ]);
  const id = await createEvent(general, organizer);
  const path = `/api/events/${id}`;
  expect(faultOf(await send('patch', path, { startsAt: inSeconds(-3600) }))).toEqual([
    '/startsAt',
    'in_the_past',
  ]);
  expect(faultOf(await send('patch', path, { startsAt: inSeconds(3600) }))).toBe(200);
  // An event that is over can still be edited by a form that sends all fields, with the old start among them.
  const starts_at = new Date(Date.now() - day * 1000);
  await general.db('events').where({ id }).update({ starts_at });
  expect(faultOf(await send('patch', path, { title: 'Then', startsAt: starts_at.toISOString() }))).toBe(200);
});

test('a drop closes before its event starts, unless the organizer says that it shall not', async () => {
  const eventId = await createEvent(general, organizer);
  const path = `/api/events/${eventId}/drops`;
  const body = dropBody({ closesAt: inSeconds(91 * day) });
  expect(faultOf(await send('post', path, body))).toEqual(late);
  expect(faultOf(await send('post', path, { ...body, allowLate: false }))).toEqual(late);
  const made = await send('post', path, { ...body, allowLate: true });
  expect(faultOf(made)).toBe(201);

  // Other changes need no `allowLate`, and an earlier closing does not either.
  const drop = `/api/drops/${(made.body as { id: number }).id}`;
  expect(faultOf(await send('patch', drop, { holdSeconds: 60 }))).toBe(200);
  expect(faultOf(await send('patch', drop, { closesAt: inSeconds(90.5 * day) }))).toBe(200);
  expect(faultOf(await send('patch', drop, { closesAt: inSeconds(92 * day) }))).toEqual(late);
  expect(faultOf(await send('patch', drop, { closesAt: inSeconds(92 * day), allowLate: true }))).toBe(200);
  expect(faultOf(await send('patch', drop, { allowLate: true }))).toEqual(['', 'nothing_to_change']);
});

test('the closing of an open drop is held to the same', async () => {
  const { id } = await createDrop(general, organizer);
  await openDrop(general, id);
  const path = `/api/drops/${id}`;
  expect(faultOf(await send('patch', path, { closesAt: inSeconds(91 * day) }))).toEqual(late);
  expect(faultOf(await send('patch', path, { closesAt: inSeconds(91 * day), allowLate: true }))).toBe(200);
  expect(faultOf(await send('patch', path, { closesAt: inSeconds(89 * day) }))).toBe(200);
});

test('an event is not moved before the closing of its drops, unless the organizer says so', async () => {
  const { id, eventId } = await createDrop(general, organizer);
  const path = `/api/events/${eventId}`;
  const early = { startsAt: inSeconds(5400) };
  expect(faultOf(await send('patch', path, early))).toEqual(['/startsAt', 'starts_before_closing']);
  expect(faultOf(await send('patch', path, { startsAt: inSeconds(7300) }))).toBe(200);
  expect(faultOf(await send('patch', path, { ...early, allowLate: true }))).toBe(200);
  // A cancelled drop does not count.
  await general.db('drops').where({ id }).update({ cancelled_at: new Date() });
  expect(faultOf(await send('patch', path, { startsAt: inSeconds(3700) }))).toBe(200);
});

test('an event and the closing of its drop that are moved at once do not pass each other', async () => {
  for (let round = 0; round < 5; round += 1) {
    const { id, eventId } = await createDrop(general, organizer);
    await send('patch', `/api/events/${eventId}`, { startsAt: inSeconds(10_000) }).expect(200);
    const answers = await Promise.all([
      send('patch', `/api/events/${eventId}`, { startsAt: inSeconds(8_000) }),
      send('patch', `/api/drops/${id}`, { closesAt: inSeconds(9_000) }),
    ]);
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 422]);
  }
});

test('an event that has begun is listed until its drops have closed', async () => {
  const { id, eventId } = await createDrop(general, organizer);
  const listed = async () => {
    const answer = await request(general.app).get('/api/events').query({ limit: 100 }).expect(200);
    return (answer.body as { items: { id: number }[] }).items.some((event) => event.id === eventId);
  };
  await general
    .db('events')
    .where({ id: eventId })
    .update({ starts_at: new Date(Date.now() - 60_000) });
  expect(await listed()).toBe(true);
  await general
    .db('drops')
    .where({ id })
    .update({ closes_at: new Date(Date.now() - 1) });
  expect(await listed()).toBe(false);
});
