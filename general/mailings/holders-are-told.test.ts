/** Ticket holders learn what their organizer writes, and what becomes of their event: each once, whatever crashes. */
import request from 'supertest';
import { composeHolderMail } from '../../lambda/send-email/compose-holder.ts';
import type { HolderMailJob } from '../../lambda/send-email/holder-mail-job.ts';
import type { MailJob } from '../../lambda/send-email/mail-job.ts';
import { loadDrop } from '../../shared/drops/drop.ts';
import { startGeneralSystem, type GeneralSystem } from '../../testing/general/general-system.ts';
import { insertOrder } from '../../testing/general/insert-order.ts';
import { createDrop, createEvent, dropBody, inSeconds, openDrop } from '../../testing/general/new-drop.ts';
import type { TestUser } from '../../testing/general/start-general.ts';
import { payHold } from '../checkout/pay-hold.ts';
import { retireDrop } from '../drops/retire-drops.ts';
import { createEndDrops, endDrop } from '../duties/end-drops.ts';
import { createStocking } from '../duties/stock-drops.ts';
import { relayMails } from '../duties/relay-mails.ts';
import { createRefunding } from '../orders/refund-duty.ts';
import { createMailings } from './mailing-duty.ts';

let system: GeneralSystem;
let organizer: TestUser;
let confirmsEmail = false;
beforeAll(async () => {
  system = await startGeneralSystem();
  ({ organizer } = system);
});
afterAll(() => system.stop());
beforeEach(() => system.db('outbox').delete());

const post = (path: string, body?: object, by = organizer) =>
  request(system.app).post(path).set(by.bearer).send(body);
const patch = (id: number, body: object, by = organizer) =>
  request(system.app).patch(`/api/events/${id}`).set(by.bearer).send(body);
const get = async <T>(path: string, by = organizer) =>
  (await request(system.app).get(path).set(by.bearer).expect(200)).body as T;
const write = (eventId: number, body: object, by = organizer) =>
  post(`/api/events/${eventId}/mailings`, body, by);

type Mailing = {
  id: number;
  kind: string;
  text: string;
  holders: number;
  made: number;
  sent: number;
  failed: number;
  allMade: boolean;
};
const listed = async (eventId: number) =>
  (await get<{ items: Mailing[] }>(`/api/events/${eventId}/mailings`)).items;

const small = [{ name: 'Stalls', rows: 40, seatsPerRow: 25 }];
/** An event with a drop of 1,000 seats. */
const newDrop = (by = organizer) => createDrop(system, by, { sections: small });

async function holders(dropId: number, count: number): Promise<TestUser[]> {
  const users: TestUser[] = [];
  for (let at = 0; at < count; at += 1) {
    const user = await system.user();
    await insertOrder(system.db, { dropId, userId: user.userId, seats: [`${at}.1`, `${at}.2`] });
    users.push(user);
  }
  // Not the mails of their orders.
  await system.db('outbox').delete();
  return users;
}

const duty = (pageSize = 2) => createMailings(system.deps, { pageSize, firstPauseMs: 0, longestPauseMs: 0 });

/** What the relay hands over, and of that what the mail server does not take. */
async function relay(refuses: (job: MailJob) => boolean = () => false): Promise<MailJob[]> {
  const jobs: MailJob[] = [];
  const route = {
    send: (some: readonly MailJob[]) => {
      jobs.push(...some);
      return Promise.resolve(new Set(some.filter(refuses).map(({ id }) => id)));
    },
    close: () => {},
  };
  await relayMails({ ...system.deps, timeZone: 'UTC', confirmsEmail, route }).catch(() => undefined);
  return jobs;
}

/** Rounds of duty and relay until nothing is left. */
async function deliver(refuses?: (job: MailJob) => boolean): Promise<HolderMailJob[]> {
  const jobs: MailJob[] = [];
  const round = duty();
  for (let before = -1; before < jobs.length;) {
    before = jobs.length;
    await round();
    jobs.push(...(await relay(refuses)));
  }
  return jobs.filter((job): job is HolderMailJob => 'organizer' in job);
}

const addresses = (jobs: readonly MailJob[]) => jobs.map(({ to }) => to.address).toSorted();
const emails = (users: readonly TestUser[]) => users.map(({ email }) => email).toSorted();

describe('what an organizer writes', () => {
  test('goes to each holder once, not to those whose tickets were refunded, and is counted before and after', async () => {
    const { id, eventId } = await newDrop();
    const users = await holders(id, 5);
    const [twice, refunded, late] = users as [TestUser, TestUser, TestUser];
    await insertOrder(system.db, { dropId: id, userId: twice.userId, seats: ['20.1'] });
    await system.db('outbox').delete();
    await system.db('orders').where({ user_id: refunded.userId }).update({ status: 'refunded' });

    expect(await get(`/api/events/${eventId}/holders`)).toEqual({
      holders: 4,
      tickets: 9,
      orders: 5,
      paid: [{ amount: 45_000, currency: 'EUR' }],
    });
    const body = { text: 'Doors open at 7.\r\nBring <b>ID</b>', nonce: 'nonce-of-the-test' };
    const { body: made } = await write(eventId, body).expect(201);
    expect(made).toMatchObject({ kind: 'message', holders: 4, made: 0, sent: 0, allMade: false });
    // Repeated, since the answer was lost: nothing more is sent.
    expect(((await write(eventId, body).expect(201)).body as Mailing).id).toBe((made as Mailing).id);
    await write(eventId, { ...body, text: 'Another' }).expect(422);
    // Refunded after the mails were made: found when the mail's turn comes.
    await duty(100)();
    // Titles and texts of users go to no address that may be somebody else's.
    const unconfirmed = users[4]!;
    await system.db('users').where({ id: unconfirmed.userId }).update({ unconfirmed_since: new Date() });
    confirmsEmail = true;
    await system.db('orders').where({ user_id: late.userId }).update({ status: 'refund_due' });

    const jobs = await deliver();
    confirmsEmail = false;
    expect(addresses(jobs)).toEqual(emails([twice, users[3]!]));
    expect(jobs[0]).toMatchObject({ about: 'holder-message', text: 'Doors open at 7.\nBring <b>ID</b>' });
    expect(new Set(jobs.map((job) => job.id)).size).toBe(2);
    expect(await listed(eventId)).toMatchObject([{ made: 4, sent: 4, failed: 0, allMade: true }]);
    expect(await deliver()).toEqual([]);
  });

  test('survives a crash between the mails and the position after them, and two processes at once', async () => {
    const { id, eventId } = await newDrop();
    const users = await holders(id, 7);
    await write(eventId, { text: 'Hello' }).expect(201);
    await duty()();
    const isWritten = () => system.db('outbox').count({ rows: '*' }).first() as Promise<{ rows: number }>;
    expect(await isWritten()).toEqual({ rows: 2 });
    const jobs = await relay();
    // Its rows are written, and then it dies: they are gone with it.
    await system.db.raw('alter table mailings rename column last_user to last_user_away');
    await duty()();
    await system.db.raw('alter table mailings rename column last_user_away to last_user');
    expect(await isWritten()).toEqual({ rows: 2 });

    const [one, other] = [duty(), duty()];
    for (let round = 0; round < 6; round += 1) {
      await Promise.all([one(), other()]);
      jobs.push(...(await relay()));
    }
    expect(addresses(jobs)).toEqual(emails(users));
    expect(await listed(eventId)).toMatchObject([{ made: 7, sent: 7, allMade: true }]);
  });

  test('is not held up by an address that is refused, nor by a mailing that cannot be made, and holds up no receipt', async () => {
    const stuck = await newDrop();
    await holders(stuck.id, 1);
    await write(stuck.eventId, { text: 'Cannot be made' }).expect(201);
    await system.db('mailings').where({ event_id: stuck.eventId }).update({ kind: 'unknown' });

    const { id, eventId } = await newDrop();
    const users = await holders(id, 6);
    await write(eventId, { text: 'Hello', dropId: id }).expect(201);
    await duty()();
    // No more than a page waits, so who pays now is not behind all of them.
    await duty()();
    expect(await system.db('outbox').where({ topic: 'holder-message' })).toHaveLength(2);

    const bad = users[0]!.email;
    const jobs = await deliver(({ to }) => to.address === bad);
    expect(addresses(jobs)).toEqual(emails(users));
    expect(await listed(eventId)).toMatchObject([{ made: 6, sent: 5, allMade: true }]);
    expect(await listed(stuck.eventId)).toMatchObject([{ made: 0, allMade: false }]);
    await system.db('mailings').where({ event_id: stuck.eventId }).update({ made_at: new Date() });
  });

  test('is refused from others, to nobody, too long, with hidden characters, and a sixth time on a day', async () => {
    const { id, eventId } = await newDrop();
    const stranger = await system.user('organizer');
    const shopper = await system.user();
    await write(eventId, { text: 'Hello' }).expect(409);
    await holders(id, 1);
    for (const [by, status] of [
      [stranger, 403],
      [shopper, 403],
    ] as const) {
      await write(eventId, { text: 'Hello' }, by).expect(status);
      for (const path of ['holders', 'mailings'])
        await request(system.app).get(`/api/events/${eventId}/${path}`).set(by.bearer).expect(status);
    }
    const other = await newDrop(stranger);
    await write(eventId, { text: 'Hello', dropId: other.id }).expect(404);
    await write(4_000_000_000, { text: 'Hello' }).expect(404);
    for (const text of [
      '',
      '  \n ',
      'x'.repeat(2_001),
      'x'.repeat(10_000),
      'a\u0000b',
      'a\u202Eb',
      '\uD800',
      7,
    ])
      await write(eventId, { text }).expect(422);
    await write(eventId, { text: 'Hello', subject: 'You won' }).expect(422);
    await write(eventId, { text: 'Hello', nonce: 'a\nb' }).expect(422);
    expect(await listed(eventId)).toEqual([]);

    for (let count = 0; count < 5; count += 1) await write(eventId, { text: 'Hello' }).expect(201);
    const { body, headers } = await write(eventId, { text: 'Hello' }, await system.user('admin')).expect(429);
    expect(body).toMatchObject({ code: 'too_many_mails' });
    expect(Number(headers['retry-after'])).toBeGreaterThan(86_000);
    await deliver();
  });

  test('is plain text in the mail: no markup, no link, no other header, and it does not pass for ours', () => {
    const job: HolderMailJob = {
      id: 'holder-message.1.2',
      about: 'holder-message',
      to: { name: 'Sam\r\nBcc: eve@seatdrop.test', address: 'sam@seatdrop.test' },
      locale: 'en',
      url: 'https://seatdrop.test/orders',
      organizer: 'Olga\nSubject: x',
      text: '<script>alert(1)</script> <a href="https://evil.test">here</a>\nhttps://evil.test\n\nYour tickets stay valid.',
      event: {
        id: 1,
        title: 'Strings\r\nX: y',
        venue: 'Old <b>Mill',
        startsAt: '2027-03-05T19:30:00.000Z',
        timeZone: 'Asia/Taipei',
      },
    };
    const { subject, html, text } = composeHolderMail(job);
    expect(subject).toBe('Message from the organizer: Strings X: y');
    expect(html).not.toMatch(/<script|evil\.test"|<b>/);
    expect(html.match(/<a href/g)).toHaveLength(1);
    expect(html).toContain('https://evil.test<br>');
    expect(text).toContain('Hello Sam Bcc: eve@seatdrop.test,');
    expect(text).toContain('> <script>alert(1)</script>');
    expect(text).toContain('> Your tickets stay valid.');
    expect(text).toContain('Seatdrop never asks for passwords');
    expect(composeHolderMail({ ...job, locale: 'zh-Hant' }).subject).toBe('主辦單位的訊息：Strings X: y');
  });
});

test('the mail of an order is sent again with an id of its own, with the seats that are left, once a minute and five times a day', async () => {
  const { id: dropId } = await newDrop();
  const buyer = await system.user();
  const id = await insertOrder(system.db, { dropId, userId: buyer.userId, seats: ['0.1', '0.2'] });
  await system.db('outbox').delete();
  const again = (by = organizer) => post(`/api/orders/${id}/send-mail`, undefined, by);
  const letPass = (seconds: number) =>
    system
      .db('order_mails_again')
      .where({ order_id: id })
      .update({ asked_at: system.db.raw('asked_at - interval ? second', [seconds]) });
  await again(buyer).expect(403);
  await again(await system.user('organizer')).expect(403);
  expect((await again().expect(200)).body).toEqual({ to: buyer.email, left: 4 });
  expect((await again().expect(429)).body).toMatchObject({ code: 'too_many_mails' });
  await post(`/api/orders/${id}/refund`, { seats: ['0.1'] }).expect(200);
  await letPass(61);
  expect((await again(await system.user('admin')).expect(200)).body).toEqual({ to: buyer.email, left: 3 });
  const jobs = (await relay()).filter(({ about }) => about === 'order-paid');
  expect(jobs).toMatchObject([
    { id: `order-paid.${id}.again-1`, to: { address: buyer.email }, seats: [{ number: 2 }] },
    { id: `order-paid.${id}.again-2`, to: { address: buyer.email }, seats: [{ number: 2 }] },
  ]);
  for (let count = 3; count <= 5; count += 1) {
    await letPass(61);
    await again().expect(200);
  }
  await letPass(61);
  await again().expect(429);
  await letPass(86_400);
  await again().expect(200);
  await post(`/api/orders/${id}/refund`, { force: true }).expect(200);
  await letPass(61);
  expect((await again().expect(409)).body).toMatchObject({ code: 'already_refunded' });
  await system.db('outbox').delete();
});

describe('an event that is moved', () => {
  test('its holders are told the old and the new time in their zones, and what the organizer adds', async () => {
    const { id, eventId } = await newDrop();
    const users = await holders(id, 3);
    await patch(eventId, { title: 'Renamed' }).expect(200);
    expect(await deliver()).toEqual([]);
    await patch(eventId, {
      timeZone: 'Asia/Taipei',
      startsAt: '2190-01-01T12:00:00.000Z',
      text: 'Sorry!',
    }).expect(200);
    const jobs = await deliver();
    expect(addresses(jobs)).toEqual(emails(users));
    expect(jobs[0]).toMatchObject({
      about: 'event-moved',
      text: 'Sorry!',
      before: { title: 'Renamed', timeZone: 'UTC' },
      event: { startsAt: '2190-01-01T12:00:00.000Z', timeZone: 'Asia/Taipei' },
    });
    const { subject, text } = composeHolderMail(jobs[0]!);
    expect(subject).toBe('New time or place: Renamed');
    expect(text).toMatch(/When: Friday,? 1 January 2190.*20:00.*GMT\+8\n {2}before: .*UTC/);
    expect(text).not.toMatch(/Where: .*\n {2}before/);

    // The same again is no move, and nothing is told twice.
    await patch(eventId, { startsAt: '2190-01-01T12:00:00.000Z' }).expect(200);
    await patch(eventId, { startsAt: '2190-01-01T12:00:00.000Z', text: 'Hello' }).expect(422);
    await patch(eventId, { title: 'Again', tellHolders: true }).expect(200);
    expect((await deliver()).map(({ about }) => about)).toEqual(users.map(() => 'event-changed'));
    expect((await listed(eventId)).map(({ kind }) => kind)).toEqual(['changed', 'moved']);
  });

  test('its sales close when it starts if that is wanted, also in Redis; one that opens later is refused', async () => {
    const { id, eventId } = await newDrop();
    await holders(id, 1);
    await openDrop(system, id);
    await createStocking(system.deps)();
    const more = { ...dropBody({ sections: [{ name: 'Upstairs', rows: 1, seatsPerRow: 4 }] }) };
    const { body: later } = await post(`/api/events/${eventId}/drops`, more).expect(201);
    const laterId = (later as { id: number }).id;
    const startsAt = inSeconds(1800);
    const before = await system.db('events').where({ id: eventId }).first();
    for (const [body, code] of [
      [{ startsAt }, 'starts_before_opening'],
      [{ startsAt, closeDrops: true }, 'starts_before_opening'],
      [{ startsAt: inSeconds(5400) }, 'starts_before_closing'],
      [{ startsAt: inSeconds(-3600), closeDrops: true }, 'in_the_past'],
      [{ startsAt: inSeconds(-3600), allowLate: true, text: 'Hello' }, 'in_the_past'],
      [{ startsAt, text: 'x'.repeat(2_001), closeDrops: true }, 'too_long'],
    ] as const) {
      const answer = await patch(eventId, body).expect(422);
      expect(answer.body).toMatchObject({ errors: [{ code }] });
    }
    expect(await system.db('events').where({ id: eventId }).first()).toEqual(before);
    expect(await listed(eventId)).toEqual([]);

    await post(`/api/drops/${laterId}/cancel`).expect(200);
    await patch(eventId, { startsAt, closeDrops: true }).expect(200);
    expect((await loadDrop(system.db, id))!.closesAt).toBe(Date.parse(startsAt));
    const meta = system.inventory.keys.key({ dropId: id, partition: 0 }, 'meta');
    expect(await system.redis.hget(meta, 'closesAt')).toBe(String(Date.parse(startsAt)));
    expect((await deliver()).map(({ about }) => about)).toEqual(['event-moved']);
  });

  test('more than ten mails of changes on a day are refused, with the change', async () => {
    const { id, eventId } = await newDrop();
    await holders(id, 1);
    for (let count = 0; count < 10; count += 1) await patch(eventId, { venue: `Hall ${count}` }).expect(200);
    expect((await patch(eventId, { venue: 'Hall 11' }).expect(429)).body).toMatchObject({
      code: 'too_many_mails',
    });
    expect(await system.db('events').where({ id: eventId }).first()).toMatchObject({ venue: 'Hall 9' });
    await patch(eventId, { description: 'Quiet' }).expect(200);
    await deliver();
  });
});

describe('an event that is cancelled', () => {
  async function soldEvent() {
    const drop = await system.openDrop(4);
    const [paid, kept] = [await system.user(), await system.user()];
    const { place, hold } = await system.hold(drop, paid, 2);
    await payHold(system.deps, place, hold, { token: system.cards.approved });
    await system.hold(drop, kept);
    return { drop, eventId: drop.eventId, paid, kept, orderId: hold.holdId };
  }

  test('all its drops are, every order is refunded, and holders are told with what they get back', async () => {
    const { drop, eventId, paid, orderId } = await soldEvent();
    // A second sale, which ended long ago and is no longer in Redis.
    const body = dropBody({ sections: [{ name: 'Upstairs', rows: 1, seatsPerRow: 4 }] });
    const { body: old } = await post(`/api/events/${eventId}/drops`, body).expect(201);
    const oldId = (old as { id: number }).id;
    const [early, returned] = await holders(oldId, 2);
    await system.db('orders').where({ user_id: returned!.userId }).update({ status: 'refunded' });
    await system
      .db('drops')
      .where({ id: oldId })
      .update({ opens_at: new Date(0), closes_at: new Date(1_000_000) });
    await endDrop(system.deps, (await loadDrop(system.db, oldId))!);
    await retireDrop(system.deps, oldId);
    expect(await system.db('drops').where({ id: oldId }).first()).toMatchObject({
      retired_at: expect.any(Date) as Date,
    });
    // And one that was cancelled before: its buyer was told then.
    const third = dropBody({ sections: [{ name: 'Box', rows: 1, seatsPerRow: 4 }] });
    const { body: gone } = await post(`/api/events/${eventId}/drops`, third).expect(201);
    await holders((gone as { id: number }).id, 1);
    await post(`/api/drops/${(gone as { id: number }).id}/cancel`).expect(200);

    expect(await get(`/api/events/${eventId}/holders`)).toMatchObject({
      holders: 2,
      paid: [{ amount: 18_000, currency: 'EUR' }],
    });
    await post(
      `/api/events/${eventId}/cancel`,
      { text: 'The hall burnt down.' },
      await system.user('organizer'),
    ).expect(403);
    const { body: cancelled } = await post(`/api/events/${eventId}/cancel`, {
      text: 'The hall burnt down.',
    }).expect(200);
    expect(cancelled).toMatchObject({
      cancelled: true,
      drops: [1, 2, 3].map(() => ({ state: 'cancelled' })),
    });
    expect(await system.inventory.counts(drop)).toMatchObject({ held: 0 });
    await createEndDrops(system.deps)();
    await createRefunding(system.deps)();
    expect(await system.chargesOf(orderId)).toMatchObject([{ refunds: 1, givenBack: 9000 }]);
    expect(await system.db('drops').where({ event_id: eventId }).whereNull('sale_ended_at')).toEqual([]);

    const jobs = await deliver();
    expect(addresses(jobs)).toEqual(emails([paid, early!]));
    expect(jobs[0]).toMatchObject({
      about: 'event-cancelled',
      text: 'The hall burnt down.',
      refunds: [{ amount: 9000, currency: 'EUR' }],
    });
    expect(composeHolderMail(jobs[0]!).text).toContain('You get back: 90.00 EUR');

    // Again: nothing more happens. And nothing else can.
    await post(`/api/events/${eventId}/cancel`, { text: 'Once more' }).expect(200);
    expect(await deliver()).toEqual([]);
    expect(await listed(eventId)).toHaveLength(1);
    expect((await patch(eventId, { venue: 'New Mill' }).expect(409)).body).toMatchObject({
      code: 'event_cancelled',
    });
    const fresh = dropBody({ sections: [{ name: 'New', rows: 1, seatsPerRow: 4 }] });
    expect((await post(`/api/events/${eventId}/drops`, fresh).expect(409)).body).toMatchObject({
      code: 'event_cancelled',
    });
    await write(eventId, { text: 'Hello' }).expect(409);
  });

  test('a crash on any line leaves it as it was, or it goes through', async () => {
    const { drop, eventId, paid, orderId } = await soldEvent();
    await system.db('outbox').delete();
    // Before the commit: the last statement fails, and nothing has changed.
    await system.db.raw('rename table audit_log to audit_log_away');
    await post(`/api/events/${eventId}/cancel`, {}).expect(500);
    await system.db.raw('rename table audit_log_away to audit_log');
    expect(await loadDrop(system.db, drop.id)).toMatchObject({ cancelled: false });
    expect(await system.db('orders').where({ id: orderId }).first()).toMatchObject({ status: 'paid' });
    expect(await listed(eventId)).toEqual([]);

    // After the commit, before Redis has heard of it.
    const cancel = jest.spyOn(system.inventory, 'cancel').mockRejectedValue(new Error('killed'));
    await post(`/api/events/${eventId}/cancel`, {}).expect(200);
    cancel.mockRestore();
    expect(await system.inventory.counts(drop)).toMatchObject({ held: 1 });
    await createEndDrops(system.deps)();
    expect(await system.inventory.counts(drop)).toMatchObject({ held: 0 });
    await createRefunding(system.deps)();
    expect(await system.chargesOf(orderId)).toMatchObject([{ refunds: 1, givenBack: 9000 }]);
    expect(addresses(await deliver())).toEqual([paid.email]);
  });

  test('one without drops too; a text that hides something is refused', async () => {
    const eventId = await createEvent(system, organizer);
    for (const text of ['x'.repeat(2_001), 'a\u0007', 5])
      await post(`/api/events/${eventId}/cancel`, { text }).expect(422);
    expect((await post(`/api/events/${eventId}/cancel`, {}).expect(200)).body).toMatchObject({
      cancelled: true,
    });
    await post('/api/events/4000000000/cancel', {}).expect(404);
  });
});
