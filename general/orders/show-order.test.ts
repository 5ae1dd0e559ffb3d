import request from 'supertest';
import { newBatchId, entryIdOf } from '../../shared/inventory/entry-id.ts';
import { createDrop } from '../../testing/general/new-drop.ts';
import { startGeneral, type TestGeneral, type TestUser } from '../../testing/general/start-general.ts';

let general: TestGeneral;
let organizer: TestUser;
let buyer: TestUser;
let drop: { id: number; eventId: number };
beforeAll(async () => {
  general = await startGeneral();
  [organizer, buyer] = await Promise.all([general.user('organizer'), general.user()]);
  drop = await createDrop(general, organizer);
});
afterAll(() => general.stop());
afterEach(() => general.assertQuiet());

async function insertOrder(by: TestUser, seats: string[], more: object = {}): Promise<string> {
  const id = entryIdOf(newBatchId(), 7);
  await general.db('orders').insert({
    id,
    drop_id: drop.id,
    partition: 0,
    user_id: by.userId,
    attempt: 1,
    amount: 4500 * seats.length,
    currency: 'EUR',
    status: 'paid',
    ...more,
  });
  await general.db('order_seats').insert(seats.map((seat_id) => ({ order_id: id, seat_id })));
  return id;
}

const show = (id: string, by?: TestUser) =>
  request(general.app)
    .get(`/api/orders/${id}`)
    .set(by?.bearer ?? {});

test('an order is shown with its seats by name to its buyer, to the organizer and to admins', async () => {
  const id = await insertOrder(buyer, ['2.3', '0.10', '0.9']);
  const some = {
    ticket: expect.any(String) as string,
    code: expect.stringMatching(/^\w{4}-\w{4}$/) as string,
  };
  for (const reader of [buyer, organizer, await general.user('admin')]) {
    const { body } = await show(id, reader).expect(200);
    const valid = { state: 'valid', ...(reader === buyer && some) };
    const contact = reader === buyer && { contact: organizer.email };
    expect(body).toEqual({
      id,
      dropId: drop.id,
      eventId: drop.eventId,
      status: 'paid',
      amount: { amount: 13_500, currency: 'EUR' },
      refunded: { amount: 0, currency: 'EUR' },
      refunds: [],
      lines: [{ kind: 'seats', amount: { amount: 13_500, currency: 'EUR' } }],
      seats: [
        { id: '0.9', section: 'Stalls', row: '1', number: 9, ...valid },
        { id: '0.10', section: 'Stalls', row: '1', number: 10, ...valid },
        { id: '2.3', section: 'Balcony', row: '1', number: 3, ...valid },
      ],
      createdAt: expect.any(String),
      ...contact,
    });
  }
});

test('to anybody else there is no such order', async () => {
  const id = await insertOrder(buyer, ['1.1']);
  const demoted = { ...organizer, role: 'organizer' as const };
  for (const reader of [await general.user(), await general.user('organizer')]) {
    const { body } = await show(id, reader).expect(404);
    expect(body).toMatchObject({ code: 'not_found' });
  }
  await show(id).expect(401);

  await general.db('users').where({ id: organizer.userId }).update({ role: 'shopper' });
  const { status } = await show(id, demoted);
  await general.db('users').where({ id: organizer.userId }).update({ role: 'organizer' });
  expect(status).toBe(404);
});

test('what has the form of an order id but is none, and what has not, name nothing', async () => {
  for (const id of [entryIdOf(newBatchId(), 0), 'x', '1', `${'a'.repeat(14)}-ABCD`, `${'a'.repeat(14)}-`]) {
    const { body } = await show(id, buyer).expect(404);
    expect(body).toMatchObject({ code: 'not_found' });
  }
});

test('a list has one’s own orders and no others, the newest first, each once', async () => {
  const own = await general.user();
  const minute = (count: number) => new Date(Date.UTC(2030, 0, 1, 0, count));
  const ids = [];
  for (const [index, status] of (['paid', 'refund_due', 'refunded', 'paid', 'paid'] as const).entries()) {
    // The last two were placed in the same millisecond.
    ids.push(await insertOrder(own, [`0.${index + 1}`], { created_at: minute(Math.min(index, 3)), status }));
  }
  const [first, second, third, ...last] = ids as [string, string, string, string, string];
  const expected = [...last.toSorted().toReversed(), third, second, first];

  for (const limit of [1, 2, 100]) {
    const seen: { id: string; status: string }[] = [];
    let after: string | null | undefined;
    do {
      const query = { limit, ...(after && { after }) };
      const answer = await request(general.app).get('/api/orders').query(query).set(own.bearer).expect(200);
      const page = answer.body as { items: typeof seen; next: string | null };
      seen.push(...page.items);
      after = page.next;
    } while (after !== null);
    expect(seen.map(({ id }) => id)).toEqual(expected);
    expect(seen.map(({ status }) => status)).toEqual(['paid', 'paid', 'refunded', 'refunding', 'paid']);
  }
});
