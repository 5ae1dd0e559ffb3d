import { createHash, randomUUID } from 'node:crypto';
import request from 'supertest';
import { readTicketCode, ticketCodeOf } from '../../shared/contract/ticket-code.ts';
import type { TestUser } from '../../testing/general/start-general.ts';
import { startGeneralSystem, type GeneralSystem } from '../../testing/general/general-system.ts';
import { codesOf } from './ticket-codes.ts';

let system: GeneralSystem;
beforeAll(async () => {
  system = await startGeneralSystem();
});
afterAll(() => system.stop());
afterEach(() => system.assertQuiet());

type Seat = { id: string; ticket: string; code: string };
type Sold = { id: string; eventId: number; dropId: number; buyer: TestUser; seats: Seat[] };

async function buy(quantity = 1, drop?: Awaited<ReturnType<GeneralSystem['openDrop']>>): Promise<Sold> {
  const of = drop ?? (await system.openDrop(6));
  const buyer = await system.user();
  const { token } = await system.hold(of, buyer, quantity);
  const checkout = { checkoutToken: token, payment: { token: 'tok_approved' } };
  const made = await request(system.app).post('/api/checkout').set(buyer.bearer).send(checkout).expect(201);
  const { id } = made.body as { id: string };
  const { body } = await request(system.app).get(`/api/orders/${id}`).set(buyer.bearer).expect(200);
  const { eventId, seats } = body as { eventId: number; seats: Seat[] };
  return { id, eventId, dropId: of.id, buyer, seats };
}

const get = (path: string, by: TestUser = system.organizer) =>
  request(system.app).get(`/api/events/${path}`).set(by.bearer);
const post = (path: string, body: object, by: TestUser = system.organizer) =>
  request(system.app).post(`/api/events/${path}`).set(by.bearer).send(body);

const codeOf = ({ body }: request.Response) => (body as { code?: string }).code;
const ago = (ms: number) => new Date(Date.now() - ms).toISOString();
const refund = ({ id }: Sold, seats?: string[]) =>
  request(system.app)
    .post(`/api/orders/${id}/refund`)
    .set(system.organizer.bearer)
    .send({ seats })
    .expect(200);

test('a ticket is admitted and undone by its short code however that is typed, and by order and seat', async () => {
  const { eventId, id, seats } = await buy(2);
  const [first, second] = seats as [Seat, Seat];
  expect(first.code).toMatch(/^[1-9A-HJKMNP-TV-Z]{4}-[1-9A-HJKMNP-TV-Z]{4}$/);
  expect(first.code).not.toBe(second.code);
  const typed = ` ${first.code.toLowerCase().replace('-', ' ')} `;
  const place = { device: 'scanner-1', door: 'Nördlich <b>' };
  expect((await post(`${eventId}/check-ins`, { code: typed, ...place }).expect(200)).body).toMatchObject({
    seat: { id: first.id },
    order: { id },
  });
  // By its QR code it is the same ticket, and the answer says where it was used.
  expect((await post(`${eventId}/check-ins`, { code: first.ticket }).expect(409)).body).toMatchObject({
    code: 'already_checked_in',
    ...place,
  });
  await post(`${eventId}/check-ins/undo`, { code: first.code }).expect(200);
  expect(await system.db('undone_check_ins').where({ order_id: id })).toMatchObject([place]);
  const ticket = { orderId: id, seatId: second.id };
  await post(`${eventId}/check-ins`, { ticket, device: 'scanner-2' }).expect(200);
  expect((await get(`${eventId}/check-ins`).expect(200)).body).toEqual({
    sold: 2,
    checkedIn: 1,
    places: [{ device: 'scanner-2', checkedIn: 1 }],
    doubles: 0,
  });
});

test('codes with a wrong character, made up, of another event or of a seat given back admit nobody', async () => {
  const [sold, other] = [await buy(2), await buy()];
  const { eventId } = sold;
  const [{ code }, kept] = sold.seats as [Seat, Seat];
  const wrong = (code.startsWith('7') ? '8' : '7') + code.slice(1);
  const strange = { ticket: { orderId: other.id, seatId: other.seats[0]!.id } };
  const refused = [wrong, ticketCodeOf(5), other.seats[0]!.code, code.slice(0, 8)].map((each) => ({
    code: each,
  }));
  for (const shown of [...refused, strange, { ticket: { orderId: sold.id, seatId: '999.1' } }])
    expect(codeOf(await post(`${eventId}/check-ins`, shown).expect(422))).toBe('ticket_not_valid');
  for (const bad of [
    {},
    { code, ticket: { orderId: sold.id, seatId: kept.id } },
    { ticket: { orderId: 'x', seatId: '1.1' } },
    { code, door: 'a\nb' },
    { code, device: 'a b' },
    { code, more: 1 },
  ])
    expect(codeOf(await post(`${eventId}/check-ins`, bad).expect(422))).toBe('invalid_request');

  await refund(sold, [sold.seats[0]!.id]);
  expect(codeOf(await post(`${eventId}/check-ins`, { code }).expect(409))).toBe('ticket_refunded');
  await post(`${eventId}/check-ins`, { code: kept.code }).expect(200);
});

test('a code stays the same, and none is given twice in an event', async () => {
  const { id, eventId, seats } = await buy(2);
  const tickets = seats.map((seat) => ({ orderId: id, seatId: seat.id }));
  const read = await Promise.all(Array.from({ length: 4 }, () => codesOf(system.db, eventId, tickets)));
  for (const ofTicket of read)
    expect(tickets.map(ofTicket)).toEqual(seats.map(({ code }) => readTicketCode(code)));
  const [row] = (await system.db('ticket_codes').where({ order_id: id })) as { code: string }[];
  const taken = { order_id: id, seat_id: '99.9', event_id: eventId, code: row!.code };
  await expect(system.db('ticket_codes').insert(taken)).rejects.toThrow('ticket_codes_one_in_event');
});

test('staff find tickets by code, order, name and seat within their event alone', async () => {
  const drop = await system.openDrop(6);
  const [sold, other] = [await buy(2, drop), await buy(1, drop)];
  const elsewhere = await buy();
  const { eventId } = sold;
  await system.db('users').where({ id: sold.buyer.userId }).update({ name: '王 <b>小明</b>' });
  const find = async (q: string) =>
    (await get(`${eventId}/tickets`).query({ q }).expect(200)).body as { items: object[] };
  await post(`${eventId}/check-ins`, { code: sold.seats[0]!.code, door: 'North' }).expect(200);
  await refund(other);

  expect(await find(sold.seats[1]!.code)).toMatchObject({
    hasMore: false,
    items: [{ orderId: sold.id, seat: { id: sold.seats[1]!.id }, buyer: '王 <b>小明</b>', state: 'valid' }],
  });
  const both = [
    { seat: { id: sold.seats[0]!.id }, state: 'used', checkedIn: { door: 'North' } },
    { seat: { id: sold.seats[1]!.id }, state: 'valid' },
  ];
  for (const q of [sold.id, sold.id.slice(0, 8).toUpperCase() + sold.id.slice(8), '王 <'])
    expect((await find(q)).items).toMatchObject(both);
  expect((await find(other.id)).items).toMatchObject([{ state: 'void' }]);
  expect(JSON.stringify(await find(sold.id))).not.toContain(sold.seats[1]!.code);
  for (const q of [elsewhere.id, elsewhere.seats[0]!.code, '%%', 'nobody at all'])
    expect(await find(q)).toEqual({ items: [], hasMore: false });
  for (const q of ['x', '', 'a\nb', 'x'.repeat(101)])
    await get(`${eventId}/tickets`).query({ q }).expect(422);
});

test('a scanner without network knows the valid tickets by hashes, without what is printed on them', async () => {
  const drop = await system.openDrop(6);
  const [sold, gone] = [await buy(2, drop), await buy(1, drop)];
  await refund(gone);
  const [first, second] = sold.seats as [Seat, Seat];
  await post(`${sold.eventId}/check-ins`, { code: first.code, door: 'North', device: 'a' }).expect(200);
  const { body } = await get(`${sold.eventId}/ticket-hashes`).expect(200);
  const hash = (text: string) => createHash('sha256').update(text).digest('base64url');
  const shown = ({ id, ticket, code }: Seat) => ({
    orderId: sold.id,
    seat: { id, section: 'Stalls', row: '1' },
    tickets: [hash(ticket).slice(0, 16)],
    code: hash(`${sold.eventId}:${code.replace('-', '')}`).slice(0, 4),
  });
  const list = body as { items: object[]; serverTime: string };
  expect(list).toMatchObject({
    items: [{ ...shown(first), checkedIn: { door: 'North' } }, shown(second)],
    next: null,
  });
  expect(Math.abs(Date.parse(list.serverTime) - Date.now())).toBeLessThan(60_000);
  for (const secret of [first.ticket, first.code, first.ticket.split('.').at(-1)!]) {
    expect(JSON.stringify(body)).not.toContain(secret);
  }
  const after = `${sold.id}_${first.id}`;
  expect((await get(`${sold.eventId}/ticket-hashes`).query({ after }).expect(200)).body).toMatchObject({
    items: [shown(second)],
  });
  await get(`${sold.eventId}/ticket-hashes`).query({ after: '1.x' }).expect(422);
});

type Result = { result: string; checkedIn?: { at: string; device: string } };
const settle = async (eventId: number, device: string, admissions: object[]): Promise<Result[]> => {
  const { body } = await post(`${eventId}/check-ins/batch`, {
    device,
    door: `Door ${device}`,
    admissions,
  }).expect(200);
  return (body as { results: Result[] }).results;
};
const results = (settled: readonly Result[]) => settled.map(({ result }) => result);

test('admissions made without network settle once, and say what was used before, void or unknown', async () => {
  const drop = await system.openDrop(6);
  const [sold, gone] = [await buy(3, drop), await buy(1, drop)];
  const other = await buy();
  const { eventId } = sold;
  const [one, two, three] = sold.seats as [Seat, Seat, Seat];
  await refund(gone);
  await post(`${eventId}/check-ins`, { code: three.code, device: 'online', door: 'South' }).expect(200);
  const at = ago(90_000);
  const admission = (shown: object) => ({ ...shown, nonce: randomUUID(), at });
  const batch = [
    admission({ code: one.ticket }),
    admission({ code: two.code }),
    admission({ ticket: { orderId: sold.id, seatId: three.id } }),
    admission({ code: gone.seats[0]!.ticket }),
    admission({ code: other.seats[0]!.ticket }),
    admission({ code: 'anything' }),
  ];
  const expected = ['admitted', 'admitted', 'already_admitted', 'void', 'unknown', 'unknown'];
  const first = await settle(eventId, 'a', [...batch, batch[0]!]);
  expect(results(first)).toEqual([...expected, 'admitted']);
  expect(first).toMatchObject([
    { seat: { id: one.id }, orderId: sold.id, checkedIn: { at, device: 'a', door: 'Door a' } },
    { seat: { id: two.id } },
    { seat: { id: three.id }, checkedIn: { device: 'online', door: 'South' } },
    {},
    {},
    {},
    {},
  ]);
  // The answer was lost, and it is sent again, twice at once.
  const again = await Promise.all([settle(eventId, 'a', batch), settle(eventId, 'a', batch)]);
  for (const settled of again) expect(settled).toEqual(first.slice(0, 6));

  // Another door has let in by the same ticket at an earlier time; what is settled first counts.
  const earlier = { code: one.code, nonce: randomUUID(), at: ago(100_000) };
  expect(await settle(eventId, 'b', [earlier])).toMatchObject([
    { result: 'already_admitted', checkedIn: { device: 'a', at } },
  ]);
  expect((await get(`${eventId}/check-ins/doubles`).expect(200)).body).toMatchObject({
    items: [
      {
        orderId: sold.id,
        seat: { id: one.id },
        why: 'already_admitted',
        device: 'b',
        at: earlier.at,
        first: { device: 'a' },
      },
      { orderId: gone.id, why: 'void', device: 'a' },
      {
        seat: { id: three.id },
        why: 'already_admitted',
        device: 'a',
        door: 'Door a',
        first: { door: 'South' },
      },
    ],
  });
  expect((await get(`${eventId}/check-ins`).expect(200)).body).toEqual({
    sold: 3,
    checkedIn: 3,
    places: [
      { device: 'a', door: 'Door a', checkedIn: 2 },
      { device: 'online', door: 'South', checkedIn: 1 },
    ],
    doubles: 3,
  });

  // What was undone since stays undone, and a double is not admitted because the first one was undone.
  await post(`${eventId}/check-ins/undo`, { code: one.code }).expect(200);
  expect(results(await settle(eventId, 'a', [batch[0]!]))).toEqual(['undone']);
  expect(results(await settle(eventId, 'b', [earlier]))).toEqual(['already_admitted']);
});

test('of two doors that settle the same ticket at once, one has admitted', async () => {
  const { eventId, seats } = await buy();
  const doors = Array.from({ length: 6 }, (_, at) => `door-${at}`);
  const admission = () => ({ code: seats[0]!.ticket, nonce: randomUUID(), at: ago(1_000) });
  const settled = await Promise.all(doors.map((door) => settle(eventId, door, [admission()])));
  const all = settled.flatMap(results);
  expect(all.filter((result) => result === 'admitted')).toHaveLength(1);
  expect(all.filter((result) => result === 'already_admitted')).toHaveLength(5);
});

test('a batch with bad entries changes nothing, and none but staff of the event sees or does anything', async () => {
  const { eventId, seats, buyer } = await buy();
  const good = { code: seats[0]!.ticket, nonce: randomUUID(), at: ago(1_000) };
  const device = 'a';
  for (const [bad, status] of [
    [{ device, admissions: Array.from({ length: 10_000 }, () => good) }, 413],
    [{ device, admissions: Array.from({ length: 51 }, () => ({ ...good, code: 'x' })) }, 422],
    [{ device, admissions: [good, { ...good, at: ago(-3_600_000) }] }, 422],
    [{ device, admissions: [good, { ...good, at: '0001-01-01T00:00:00Z' }] }, 422],
    [{ device, admissions: [good, { ...good, at: 'yesterday' }] }, 422],
    [{ device, admissions: [good, { ...good, more: 1 }] }, 422],
    [{ device, admissions: [good, { ...good, ticket: { orderId: 'x', seatId: '1' } }] }, 422],
    [{ device, admissions: [good, { code: good.code, at: good.at }] }, 422],
    [{ device, admissions: [] }, 422],
    [{ admissions: [good] }, 422],
  ] as const)
    expect((await post(`${eventId}/check-ins/batch`, bad)).status).toBe(status);
  const largest = Array.from({ length: 50 }, () => ({
    ...good,
    nonce: 'n'.repeat(64),
    code: 'x'.repeat(60),
  }));
  await post(`${eventId}/check-ins/batch`, {
    device: 'd'.repeat(64),
    door: '門'.repeat(60),
    admissions: largest,
  }).expect(200);
  expect(await system.db('check_ins').where({ event_id: eventId })).toEqual([]);

  const rival = await system.user('organizer');
  for (const by of [buyer, rival]) {
    for (const path of ['tickets?q=ab', 'ticket-hashes', 'check-ins', 'check-ins/doubles'])
      await get(`${eventId}/${path}`, by).expect(403);
    await post(`${eventId}/check-ins/batch`, { device, admissions: [good] }, by).expect(403);
  }
  await get('999999/ticket-hashes').expect(404);
});
