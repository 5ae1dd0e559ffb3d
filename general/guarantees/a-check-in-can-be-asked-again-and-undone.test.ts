import { randomUUID } from 'node:crypto';
import request from 'supertest';
import type { TestUser } from '../../testing/general/start-general.ts';
import { startGeneralSystem, type GeneralSystem } from '../../testing/general/general-system.ts';

let system: GeneralSystem;
let admin: TestUser;
beforeAll(async () => {
  system = await startGeneralSystem();
  admin = await system.user('admin');
});
afterAll(() => system.stop());
afterEach(() => system.assertQuiet());

async function buy() {
  const drop = await system.openDrop(4);
  const buyer = await system.user();
  const { token } = await system.hold(drop, buyer, 1);
  const checkout = { checkoutToken: token, payment: { token: 'tok_approved' } };
  const made = await request(system.app).post('/api/checkout').set(buyer.bearer).send(checkout).expect(201);
  const { id } = made.body as { id: string };
  const { body } = await request(system.app).get(`/api/orders/${id}`).set(buyer.bearer).expect(200);
  const { eventId, seats } = body as { eventId: number; seats: { ticket: string }[] };
  return { id, eventId, code: seats[0]!.ticket, buyer };
}

type Sold = Awaited<ReturnType<typeof buy>>;

function post(
  { eventId, code }: Sold,
  what: 'scan' | 'undo',
  nonce?: string,
  by: TestUser = system.organizer,
) {
  const path = `/api/events/${eventId}/check-ins${what === 'undo' ? '/undo' : ''}`;
  return request(system.app)
    .post(path)
    .set(by.bearer)
    .send({ code, ...(nonce !== undefined && { nonce }) });
}

const codeOf = ({ body }: request.Response) => (body as { code?: string }).code;

test('a scan whose answer was lost gets the same answer when it is asked again, and no other scan does', async () => {
  const sold = await buy();
  const nonce = randomUUID();
  const first = await post(sold, 'scan', nonce).expect(200);
  const again = await post(sold, 'scan', nonce).expect(200);
  expect(again.body).toEqual(first.body);
  for (const other of [undefined, randomUUID(), nonce.toUpperCase()])
    expect(codeOf(await post(sold, 'scan', other).expect(409))).toBe('already_checked_in');
  // Without a nonce a repeated request is not recognized.
  const bare = await buy();
  await post(bare, 'scan').expect(200);
  expect(codeOf(await post(bare, 'scan').expect(409))).toBe('already_checked_in');
});

test('asked many times at once with one nonce, it is one check-in with one answer', async () => {
  const sold = await buy();
  const nonce = randomUUID();
  const answers = await Promise.all(Array.from({ length: 6 }, () => post(sold, 'scan', nonce)));
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1);
});

test('a check-in that is undone can be made again, and who undid it is kept', async () => {
  const sold = await buy();
  const scan = randomUUID();
  const { body } = await post(sold, 'scan', scan).expect(200);
  const { checkedInAt } = body as { checkedInAt: string };
  const undone = await post(sold, 'undo', undefined, admin).expect(200);
  expect(undone.body).toMatchObject({ checkedInAt, order: { id: sold.id } });
  expect(await system.db('undone_check_ins').where({ order_id: sold.id })).toMatchObject([
    { checked_in_by: system.organizer.userId, undone_by: admin.userId, nonce: scan },
  ]);
  expect(codeOf(await post(sold, 'undo').expect(409))).toBe('not_checked_in');
  // An earlier scan that arrives late does not check in again.
  expect(codeOf(await post(sold, 'scan', scan).expect(409))).toBe('check_in_undone');
  await post(sold, 'scan', randomUUID()).expect(200);
});

test('an undoing that is asked again undoes nothing that came after it', async () => {
  const sold = await buy();
  await post(sold, 'scan').expect(200);
  const nonce = randomUUID();
  const first = await post(sold, 'undo', nonce).expect(200);
  await post(sold, 'scan').expect(200);
  expect((await post(sold, 'undo', nonce).expect(200)).body).toEqual(first.body);
  expect(codeOf(await post(sold, 'scan').expect(409))).toBe('already_checked_in');
});

test('a ticket that is no longer used can be refunded as others are', async () => {
  const sold = await buy();
  const refund = () => request(system.app).post(`/api/orders/${sold.id}/refund`).set(system.organizer.bearer);
  await post(sold, 'scan', randomUUID()).expect(200);
  await refund().expect(409);
  await post(sold, 'undo').expect(200);
  await refund().expect(200);
  expect(codeOf(await post(sold, 'scan').expect(409))).toBe('ticket_refunded');
});

test('of a forced refund the ticket stays used, and the scan that used it keeps its answer', async () => {
  const sold = await buy();
  const nonce = randomUUID();
  await post(sold, 'scan', nonce).expect(200);
  await request(system.app)
    .post(`/api/orders/${sold.id}/refund`)
    .set(system.organizer.bearer)
    .send({ force: true })
    .expect(200);
  expect(codeOf(await post(sold, 'undo').expect(409))).toBe('ticket_refunded');
  await post(sold, 'scan', nonce).expect(200);
});

test('nobody but the organizer and admins undoes', async () => {
  const sold = await buy();
  await post(sold, 'scan').expect(200);
  for (const by of [sold.buyer, await system.user('organizer')])
    await post(sold, 'undo', undefined, by).expect(403);
  for (const nonce of ['short', 'x'.repeat(65), 'with blank', 7 as never])
    expect(codeOf(await post(sold, 'undo', nonce).expect(422))).toBe('invalid_request');
  expect(codeOf(await post(sold, 'scan').expect(409))).toBe('already_checked_in');
});
