import { setTimeout as sleep } from 'node:timers/promises';
import request from 'supertest';
import { eventually } from '../../testing/eventually.ts';
import { createDrop, dropBody, inSeconds, openDrop } from '../../testing/general/new-drop.ts';
import { startGeneral, type TestGeneral, type TestUser } from '../../testing/general/start-general.ts';

let general: TestGeneral;
let owner: TestUser;
let rival: TestUser;
let shopper: TestUser;
let admin: TestUser;
beforeAll(async () => {
  general = await startGeneral();
  [owner, rival, shopper, admin] = await Promise.all([
    general.user('organizer'),
    general.user('organizer'),
    general.user('shopper'),
    general.user('admin'),
  ]);
});
afterAll(() => general.stop());
afterEach(() => general.assertQuiet());

test('others may neither make a drop for an event nor change or watch it', async () => {
  const { id, eventId } = await createDrop(general, owner);
  const before = await general.db('drops').where({ event_id: eventId });
  for (const other of [rival, shopper]) {
    const to = request(general.app);
    const answers = await Promise.all([
      to.post(`/api/events/${eventId}/drops`).set(other.bearer).send(dropBody()),
      to.patch(`/api/events/${eventId}`).set(other.bearer).send({ title: 'Mine' }),
      to.patch(`/api/drops/${id}`).set(other.bearer).send({ maxPerBuyer: 10 }),
      to.get(`/api/drops/${id}/stats`).set(other.bearer),
    ]);
    for (const { status, body } of answers) {
      expect({ status, body }).toMatchObject({ status: 403, body: { code: 'not_allowed' } });
    }
  }
  expect(await general.db('drops').where({ event_id: eventId })).toEqual(before);
  expect(await general.db('events').where({ id: eventId }).first()).toMatchObject({
    title: 'A Night of Strings',
  });
});

test('the owner and an admin may', async () => {
  const { id, eventId } = await createDrop(general, owner);
  for (const { bearer, role } of [owner, admin]) {
    const to = request(general.app);
    const answers = [
      await to.patch(`/api/events/${eventId}`).set(bearer).send({ venue: role }),
      await to.patch(`/api/drops/${id}`).set(bearer).send({ holdSeconds: 60 }),
      await to.get(`/api/drops/${id}/stats`).set(bearer),
    ];
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
  }
});

test('there is nothing to do for an event or a drop that does not exist', async () => {
  const to = request(general.app);
  const answers = await Promise.all([
    to.post('/api/events/4000000000/drops').set(owner.bearer).send(dropBody()),
    to.patch('/api/events/4000000000').set(owner.bearer).send({ title: 'X' }),
    to.patch('/api/drops/4000000000').set(owner.bearer).send({ maxPerBuyer: 1 }),
    to.get('/api/drops/4000000000/stats').set(owner.bearer),
    to.get('/api/drops/4000000000'),
    to.get('/api/events/4000000000'),
  ]);
  for (const { body } of answers) expect(body).toMatchObject({ code: 'not_found', status: 404 });
});

describe('before it opens', () => {
  test('its terms change, in MySQL and in Redis, and its seats stay', async () => {
    const { id } = await createDrop(general, owner);
    const changes = {
      price: { amount: 100, currency: 'JPY' },
      maxPerBuyer: 2,
      standbyLimit: 7,
      holdSeconds: 30,
      questions: [{ text: 'New?', answer: 'Yes' }],
    };
    const edited = await request(general.app)
      .patch(`/api/drops/${id}`)
      .set(owner.bearer)
      .send(changes)
      .expect(200);
    const { questions, ...terms } = changes;
    expect(edited.body).toMatchObject({
      ...terms,
      capacity: 25,
      question: { id: 1, text: questions[0]!.text },
    });
    expect(await general.inventory.counts({ id, partitions: 1 })).toMatchObject({
      free: 25,
      standbyLimit: 7,
    });
    expect(await general.db('drops').where({ id }).whereNotNull('stocked_at')).toHaveLength(1);
  });

  test('each change of its terms has a version of its own, by which open pages notice it', async () => {
    const { id } = await createDrop(general, owner);
    const to = request(general.app);
    const edit = (changes: object) => to.patch(`/api/drops/${id}`).set(owner.bearer).send(changes);
    const { body: first } = await to.get(`/api/drops/${id}`);
    expect(first).toMatchObject({ termsVersion: 1, price: { amount: 4500 } });
    const price = { amount: 9900, currency: 'EUR' };
    const { body: dearer } = await edit({ price }).expect(200);
    expect(dearer).toMatchObject({ termsVersion: 2, price });
    await edit({ questions: [{ text: 'Which?', answer: 'This' }] }).expect(200);
    await edit({ maxPerBuyer: 26 }).expect(422);
    const { body: seats } = await to.get(`/api/drops/${id}/seats`);
    expect(seats).toMatchObject({ drop: { termsVersion: 3 } });
  });

  test('a change that waits for locks until the drop has opened changes nothing', async () => {
    const { id } = await createDrop(general, owner);
    const { db } = general;
    await db('drops')
      .where({ id })
      .update({ opens_at: new Date(Date.now() + 3_000) });
    const before = await db('drops').where({ id }).first();
    // Moving the closing locks the event, which somebody else keeps locked past the opening.
    const trx = await db.transaction();
    try {
      await trx('events').where({ id: before.event_id }).forUpdate().first('id');
      const edited = request(general.app)
        .patch(`/api/drops/${id}`)
        .set(owner.bearer)
        .send({ price: { amount: 1, currency: 'EUR' }, closesAt: inSeconds(86_400) })
        .then((answer) => answer);
      await eventually(async () => {
        // InnoDB refreshes this table only if nobody has read it for a tenth of a second.
        await sleep(150);
        const waiting = await db('information_schema.innodb_trx').where({ trx_state: 'LOCK WAIT' });
        return waiting.length > 0;
      });
      await eventually(() => Date.now() >= before.opens_at.getTime());
      await trx.commit();
      expect((await edited).body).toMatchObject({ code: 'drop_already_open' });
    } finally {
      if (!trx.isCompleted()) await trx.rollback();
    }
    expect(await db('drops').where({ id }).first()).toEqual(before);
  });

  test('nobody may have more seats than there are', async () => {
    const { id } = await createDrop(general, owner, { sections: [{ name: 'Box', rows: 1, seatsPerRow: 3 }] });
    const patch = (maxPerBuyer: number) =>
      request(general.app).patch(`/api/drops/${id}`).set(owner.bearer).send({ maxPerBuyer });
    const refused = await patch(4).expect(422);
    expect(refused.body).toMatchObject({
      code: 'invalid_request',
      errors: [{ pointer: '/maxPerBuyer', code: 'fewer_seats', message: 'The drop has fewer seats' }],
    });
    await patch(3).expect(200);
  });

  test.each([
    [{ closesAt: new Date(Date.now() + 1_000).toISOString() }, '/closesAt'],
    [{ opensAt: new Date(Date.now() + 86_400_000).toISOString() }, '/closesAt'],
    [{ opensAt: new Date(Date.now() - 3_600_000).toISOString() }, '/opensAt'],
    [{}, ''],
    [{ maxPerBuyer: 1, sections: [{ name: 'A', rows: 1, seatsPerRow: 1 }] }, '/sections'],
    [{ maxPerBuyer: 1, partitions: 2 }, '/partitions'],
  ])('%o is refused at %s', async (changes, pointer) => {
    const { id } = await createDrop(general, owner);
    const before = await general.db('drops').where({ id }).first();
    const answer = await request(general.app)
      .patch(`/api/drops/${id}`)
      .set(owner.bearer)
      .send(changes)
      .expect(422);
    expect(answer.body).toMatchObject({ code: 'invalid_request', errors: [{ pointer }] });
    expect(await general.db('drops').where({ id }).first()).toEqual(before);
  });

  test('two edits at once do not mix: Redis ends with what MySQL has', async () => {
    const { id } = await createDrop(general, owner);
    const limits = Array.from({ length: 12 }, (_, index) => 100 + index);
    const answers = await Promise.all(
      limits.map((standbyLimit) =>
        request(general.app).patch(`/api/drops/${id}`).set(owner.bearer).send({ standbyLimit }),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual(limits.map(() => 200));
    const { standby_limit, stocked_at } = await general.db('drops').where({ id }).first();
    expect(stocked_at).not.toBeNull();
    expect(await general.inventory.counts({ id, partitions: 1 })).toMatchObject({
      standbyLimit: standby_limit,
    });
  });
});

describe('once it is open', () => {
  const edit = (id: number, changes: object) =>
    request(general.app).patch(`/api/drops/${id}`).set(owner.bearer).send(changes);

  test('its closing may move, but not into the past, and it goes on selling', async () => {
    const { id } = await createDrop(general, owner);
    await openDrop(general, id);
    const closesAt = new Date(Date.now() + 86_400_000).toISOString();
    const moved = await edit(id, { closesAt }).expect(200);
    expect(moved.body).toMatchObject({ closesAt, state: 'open' });
    await edit(id, { closesAt: new Date(Date.now() - 1).toISOString() }).expect(422);
    expect(await general.db('drops').where({ id }).whereNotNull('stocked_at')).toHaveLength(1);
  });

  test.each([
    { maxPerBuyer: 1 },
    { price: { amount: 1, currency: 'EUR' } },
    { fees: { perSeat: 0, perOrder: 0, percent: 0 } },
    { taxPercent: 19 },
    { questions: [{ text: 'Which?', answer: 'This' }] },
    { closesAt: '2199-01-01T00:00:00Z', holdSeconds: 5 },
  ])('%o is refused', async (changes) => {
    const { id } = await createDrop(general, owner);
    await openDrop(general, id);
    const before = await general.db('drops').where({ id }).first();
    const answer = await edit(id, changes).expect(409);
    expect(answer.body).toMatchObject({ code: 'drop_already_open' });
    expect(await general.db('drops').where({ id }).first()).toEqual(before);
  });

  test.each([
    ['closes_at', 'drop_closed'],
    ['cancelled_at', 'drop_cancelled'],
  ])('after %s it does not come back', async (column, code) => {
    const { id } = await createDrop(general, owner);
    await openDrop(general, id);
    await general
      .db('drops')
      .where({ id })
      .update({ [column]: new Date(Date.now() - 1_000) });
    const answer = await edit(id, { closesAt: '2199-01-01T00:00:00Z' }).expect(409);
    expect(answer.body).toMatchObject({ code });
  });
});
