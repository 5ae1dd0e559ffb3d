import request from 'supertest';
import { randomKeys } from '../../testing/keys.ts';
import { requestRefunds } from '../orders/request-refund.ts';
import { eventually } from '../../testing/eventually.ts';
import type { TestUser } from '../../testing/general/start-general.ts';
import { startGeneralSystem, type GeneralSystem } from '../../testing/general/general-system.ts';
import { signTicket } from '../check-ins/ticket.ts';

let system: GeneralSystem;
let admin: TestUser;
beforeAll(async () => {
  system = await startGeneralSystem();
  admin = await system.user('admin');
});
afterAll(() => system.stop());
afterEach(() => system.assertQuiet());

type Order = { id: string; eventId: number; seats: { id: string; ticket?: string }[] };

/** A paid order with its tickets. */
async function buy(quantity = 1) {
  const drop = await system.openDrop(4);
  const buyer = await system.user();
  const { token } = await system.hold(drop, buyer, quantity);
  const checkout = { checkoutToken: token, payment: { token: 'tok_approved' } };
  const { body } = await request(system.app)
    .post('/api/checkout')
    .set(buyer.bearer)
    .send(checkout)
    .expect(201);
  const { id } = body as Order;
  const order = await show(id, buyer);
  return {
    id,
    eventId: order.eventId,
    dropId: drop.id,
    buyer,
    codes: order.seats.map(({ ticket }) => ticket!),
  };
}

const show = async (id: string, by: TestUser): Promise<Order> =>
  (await request(system.app).get(`/api/orders/${id}`).set(by.bearer).expect(200)).body as Order;

function scan(eventId: number, code: unknown, by: TestUser | undefined = system.organizer) {
  return request(system.app).post(`/api/events/${eventId}/check-ins`).set(by.bearer).send({ code });
}

async function counts(eventId: number) {
  const path = `/api/events/${eventId}/check-ins`;
  const { body } = await request(system.app).get(path).set(system.organizer.bearer).expect(200);
  const { sold, checkedIn } = body as { sold: number; checkedIn: number };
  return { sold, checkedIn };
}

test('each seat has a ticket of its own, which lets in once and then says since when it is used', async () => {
  const { id, eventId, codes } = await buy(2);
  expect(new Set(codes).size).toBe(2);
  expect(await counts(eventId)).toMatchObject({ sold: 2, checkedIn: 0 });

  const { body } = await scan(eventId, codes[0]).expect(200);
  expect(body).toMatchObject({
    seat: { section: 'Stalls', row: '1' },
    order: { id, status: 'paid' },
    again: false,
  });
  const { checkedInAt } = body as { checkedInAt: string };
  for (const by of [system.organizer, admin]) {
    expect((await scan(eventId, codes[0], by).expect(409)).body).toMatchObject({
      code: 'already_checked_in',
      checkedInAt,
      orderId: id,
    });
  }
  expect(await counts(eventId)).toMatchObject({ sold: 2, checkedIn: 1 });
  await scan(eventId, codes[1], admin).expect(200);
  expect(await counts(eventId)).toMatchObject({ sold: 2, checkedIn: 2 });
});

test('of many scanners that read a ticket at once, exactly one lets in', async () => {
  for (let round = 0; round < 5; round += 1) {
    const { eventId, codes } = await buy();
    const answers = await Promise.all(Array.from({ length: 8 }, () => scan(eventId, codes[0])));
    const statuses = answers.map(({ status }) => status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(1);
    expect(statuses.filter((status) => status === 409)).toHaveLength(7);
    expect(await counts(eventId)).toMatchObject({ sold: 1, checkedIn: 1 });
  }
});

test('a refund and a scan at the same time: whoever is let in was paid for at that moment', async () => {
  for (let round = 0; round < 12; round += 1) {
    const { id, eventId, codes } = await buy();
    const scanning = async () => {
      await new Promise((resolve) => setTimeout(resolve, round));
      return scan(eventId, codes[0]);
    };
    const [scanned, refunds] = await Promise.all([scanning(), requestRefunds(system.db, { id })]);
    expect(refunds).toBe(1);
    const row: unknown = await system.db('check_ins').where({ order_id: id }).first();
    const outcome = scanned.status === 200 ? 'in' : (scanned.body as { code: string }).code;
    expect([
      ['in', true],
      ['ticket_refunded', false],
    ]).toContainEqual([outcome, row !== undefined]);
    // After the refund the ticket is not valid, used or not.
    expect((await scan(eventId, codes[0]).expect(409)).body).toMatchObject({ code: 'ticket_refunded' });
    expect(await counts(eventId)).toMatchObject({ sold: 0, checkedIn: 0 });
  }
});

test('a refund that is about to be decided is waited for: nobody is let in by a ticket that it makes worthless', async () => {
  const { id, eventId, codes } = await buy();
  const trx = await system.db.transaction();
  await trx('orders').where({ id }).update({ status: 'refund_due' });
  const scanning = scan(eventId, codes[0]).then((answer) => answer);
  await eventually(async () => {
    // InnoDB updates this table only if it was not read for 0.1 s.
    await new Promise((resolve) => setTimeout(resolve, 150));
    const [waiting] = (await system.db.raw(
      "select count(*) as n from information_schema.innodb_trx where trx_state = 'LOCK WAIT'",
    )) as [[{ n: number }]];
    return waiting[0].n > 0;
  });
  await trx.commit();
  expect((await scanning).body).toMatchObject({ code: 'ticket_refunded' });
  expect(await system.db('check_ins').where({ order_id: id })).toEqual([]);
});

test('a refunded order has no tickets any more', async () => {
  const { id, eventId, buyer, codes } = await buy();
  await request(system.app).post(`/api/orders/${id}/refund`).set(system.organizer.bearer).expect(200);
  for (const seat of (await show(id, buyer)).seats) expect(seat).not.toHaveProperty('ticket');
  expect((await scan(eventId, codes[0]).expect(409)).body).toMatchObject({ code: 'ticket_refunded' });
});

test('tickets are told to the buyer alone', async () => {
  const { id } = await buy();
  for (const by of [system.organizer, admin]) {
    for (const seat of (await show(id, by)).seats) expect(seat).not.toHaveProperty('ticket');
  }
});

test('what is forged, altered or for another event is no ticket', async () => {
  const { eventId, codes } = await buy();
  const other = await buy();
  const [code = ''] = codes;
  const [orderId = '', row, number, proof = ''] = code.split('.');
  const flipped = proof.replace(/^./, (first) => (first === 'A' ? 'B' : 'A'));
  for (const bad of [
    other.codes[0],
    signTicket({ orderId, seatId: `${row}.${number}` }, eventId, randomKeys()),
    `${orderId}.${row}.${Number(number) + 1}.${proof}`,
    `${orderId}.${row}.${number}.${flipped}`,
    `${orderId}.${row}.${number}.`,
    `${orderId}.${row}.${number}`,
    `${other.id}.${row}.${number}.${proof}`,
    `${code}=`,
    `${code}A`,
    'x',
    '\u0000',
  ]) {
    const { body, status } = await scan(eventId, bad);
    expect({ bad, status, body: body as unknown }).toMatchObject({
      status: 422,
      body: { code: 'ticket_not_valid' },
    });
  }
  // Signed with our key, but for an order that does not exist.
  const nobody = signTicket({ orderId: '00000000000000-0', seatId: '0.1' }, eventId, system.deps.ticketKeys);
  expect((await scan(eventId, nobody).expect(422)).body).toMatchObject({ code: 'ticket_not_valid' });
  for (const bad of [undefined, '', ' ', 7, null, [code], 'x'.repeat(201)]) {
    expect((await scan(eventId, bad).expect(422)).body).toMatchObject({ code: 'invalid_request' });
  }
  expect(await counts(eventId)).toMatchObject({ sold: 1, checkedIn: 0 });
  // Some scanners add spaces and a line break.
  await scan(eventId, ` ${code}\n`).expect(200);
});

test('nobody but the organizer and admins scans or counts, and only for events there are', async () => {
  const { eventId, codes, buyer } = await buy();
  const rival = await system.user('organizer');
  for (const by of [buyer, rival]) {
    await scan(eventId, codes[0], by).expect(403);
    await request(system.app).get(`/api/events/${eventId}/check-ins`).set(by.bearer).expect(403);
  }
  await request(system.app).post(`/api/events/${eventId}/check-ins`).send({ code: codes[0] }).expect(401);
  await request(system.app).get(`/api/events/${eventId}/check-ins`).expect(401);
  await scan(4294967295, codes[0]).expect(404);
  await request(system.app).get('/api/events/4294967295/check-ins').set(admin.bearer).expect(404);
  expect(await counts(eventId)).toMatchObject({ sold: 1, checkedIn: 0 });
});
