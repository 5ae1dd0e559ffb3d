/** Two drops of one event cannot sell the same seat: a section of the event is in only one of them. */
import request from 'supertest';
import type { NewDrop } from '../../shared/contract/drops.ts';
import { createEvent, dropBody, openDrop } from '../../testing/general/new-drop.ts';
import { startGeneral, type TestGeneral, type TestUser } from '../../testing/general/start-general.ts';

let general: TestGeneral;
let owner: TestUser;
beforeAll(async () => {
  general = await startGeneral();
  owner = await general.user('organizer');
});
afterAll(() => general.stop());
afterEach(() => general.assertQuiet());

const sections = (...names: string[]): Partial<NewDrop> => ({
  sections: names.map((name) => ({ name, rows: 1, seatsPerRow: 2 })),
});

async function post(eventId: number, changes: Partial<NewDrop>) {
  const { status, body } = await request(general.app)
    .post(`/api/events/${eventId}/drops`)
    .set(owner.bearer)
    .send(dropBody(changes));
  return { status, body: body as Record<string, unknown> & { id: number; opensAt: string } };
}

async function first(...names: string[]) {
  const eventId = await createEvent(general, owner);
  const { body } = await post(eventId, sections(...names));
  return { eventId, id: body.id, opensAt: body.opensAt };
}

test('a drop with a section of another one is refused, with both named, and nothing is written', async () => {
  const { eventId, id, opensAt } = await first('Floor', 'Gallery');
  const { status, body } = await post(eventId, sections('Balcony', 'ｇａｌｌｅｒｙ ', 'FLOOR'));
  expect({ status, body }).toMatchObject({
    status: 409,
    body: {
      code: 'section_taken',
      section: 'ｇａｌｌｅｒｙ',
      drop: { id, opensAt },
      errors: [
        { pointer: '/sections/1/name', code: 'section_taken', params: { dropId: id } },
        { pointer: '/sections/2/name', code: 'section_taken', message: `In drop ${id} of this event` },
      ],
    },
  });
  expect(body['detail']).toContain(`drop ${id}`);
  expect(await general.db('drops').where({ event_id: eventId }).pluck('id')).toEqual([id]);
});

test('other sections of the event, and the same ones of another event, can be sold', async () => {
  const { eventId } = await first('Café');
  expect(await post(eventId, sections('Cafe', 'Café 2'))).toMatchObject({ status: 201 });
  expect(await post(await createEvent(general, owner), sections('Café'))).toMatchObject({ status: 201 });
});

test('of two that are made at once, each several times, one is made', async () => {
  for (let time = 0; time < 5; time += 1) {
    const eventId = await createEvent(general, owner);
    const answers = await Promise.all(
      ['Floor', 'floor', 'FLOOR', ' Floor'].map((name) =>
        post(eventId, sections(name, `Own of ${name.trim()}`)),
      ),
    );
    expect(answers.map(({ status }) => String(status)).toSorted()).toEqual(['201', '409', '409', '409']);
    const made = answers.find(({ status }) => status === 201)!.body;
    for (const { body } of answers.filter(({ status }) => status === 409))
      expect(body).toMatchObject({ code: 'section_taken', drop: { id: made.id } });
    expect(await general.db('drops').where({ event_id: eventId }).pluck('id')).toEqual([made.id]);
  }
});

test('a drop that is over keeps its sections; one that was cancelled does not', async () => {
  const { eventId, id } = await first('Floor');
  await openDrop(general, id);
  await general
    .db('drops')
    .where({ id })
    .update({ closes_at: new Date(Date.now() - 1_000) });
  expect(await post(eventId, sections('Floor'))).toMatchObject({ status: 409, body: { drop: { id } } });
  await general.db('drops').where({ id }).update({ cancelled_at: new Date() });
  expect(await post(eventId, sections('Floor'))).toMatchObject({ status: 201 });
});

test('one drop has no section twice either', async () => {
  const eventId = await createEvent(general, owner);
  const { status, body } = await post(eventId, sections('Floor', 'floor'));
  expect({ status, body }).toMatchObject({
    status: 422,
    body: {
      code: 'invalid_request',
      errors: [{ pointer: '/sections', message: 'Two sections have the same name' }],
    },
  });
});
