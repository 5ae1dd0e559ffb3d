/** A payment is begun, waits for its buyer until `payBy`, and is charged once or not at all. */
import request from 'supertest';
import { eventually } from '../../testing/eventually.ts';
import { afterPayBy, startGeneralSystem, type GeneralSystem } from '../../testing/general/general-system.ts';
import type { TestUser } from '../../testing/general/start-general.ts';
import type { PayuChoice } from '../../testing/general/payu-book.ts';
import { reconcilePayments } from '../duties/reconcile-payments.ts';

const systems = new Map<string, GeneralSystem>();
let system: GeneralSystem;
beforeAll(async () => {
  for (const provider of ['sandbox', 'stripe', 'payu'] as const)
    systems.set(provider, await startGeneralSystem({ provider }));
}, 120_000);
afterAll(async () => {
  for (const each of systems.values()) await each.stop();
});

const price = { amount: 4500, currency: 'EUR' };

const checkOut = (
  buyer: TestUser,
  checkoutToken: string,
  payment?: { token: string },
  total: unknown = price,
) =>
  request(system.app)
    .post('/api/checkout')
    .set(buyer.bearer)
    .send({ checkoutToken, total, ...(payment && { payment }) });

const entryOf = async (buyer: TestUser, dropId: number) =>
  (await request(system.app).get(`/api/drops/${dropId}/entry`).set(buyer.bearer).expect(200)).body as {
    status: string;
    expiresAt: string;
    payBy?: string;
    checkoutToken?: string;
  };

const attemptsOf = (holdId: string) =>
  system.db('payment_attempts').where({ hold_id: holdId }).orderBy('attempt') as unknown as Promise<
    { attempt: number; status: string; card: string | null }[]
  >;

/** Charges with money, and how many refunds. */
const charged = async (holdId: string) =>
  (await system.chargesOf(holdId)).filter(({ approved }) => approved).map(({ refunds }) => refunds);

const timeToPayIsOver = () =>
  reconcilePayments(system.deps, { everyMs: 0, abandonedAfterMs: 0, now: afterPayBy });

/** `holdSeconds`: shorter than an organizer may choose. */
async function held({ seats = 4, standbyLimit = 0, holdSeconds = 300 } = {}) {
  const drop = await system.openDrop(seats, { standbyLimit });
  await system.inventory.stock({ ...drop, holdSeconds }, { again: true });
  const buyer = await system.user();
  return { drop, buyer, ...(await system.hold(drop, buyer)) };
}

describe.each(['sandbox', 'stripe'] as const)('with %s', (provider) => {
  beforeAll(() => void (system = systems.get(provider)!));

  test('begun without a card it charges nothing, and can be gone on with from anywhere', async () => {
    const { drop, buyer, hold, token } = await held();
    const begun = await checkOut(buyer, token).expect(200);
    expect(begun.body).toMatchObject({ status: 'action', payment: { provider, step: 'choose' } });
    const { payBy } = begun.body as { payBy: string };
    expect(Date.parse(payBy)).toBeGreaterThanOrEqual(hold.expiresAt);

    // As after a reload, or on another device: with what GET entry says.
    const entry = await entryOf(buyer, drop.id);
    expect(entry).toMatchObject({ status: 'paying', payBy });
    const resumed = await checkOut(buyer, entry.checkoutToken!).expect(200);
    expect(resumed.body).toEqual(begun.body);
    expect(await charged(hold.holdId)).toEqual([]);

    await checkOut(buyer, entry.checkoutToken!, { token: system.cards.approved }).expect(201);
    expect(await charged(hold.holdId)).toEqual([0]);
    expect(await attemptsOf(hold.holdId)).toMatchObject([{ attempt: 1, status: 'approved' }]);
    expect(await entryOf(buyer, drop.id)).toMatchObject({ status: 'sold' });
  });

  test('a declined card leaves it open, and another card pays the same attempt', async () => {
    const { drop, buyer, hold, token } = await held();
    const declined = await checkOut(buyer, token, { token: system.cards.declined }).expect(402);
    const { payBy } = declined.body as { payBy: string };
    expect(declined.body).toMatchObject({
      code: 'payment_declined',
      reason: expect.stringMatching(/decline/) as string,
    });
    expect(await entryOf(buyer, drop.id)).toMatchObject({ status: 'paying', payBy });
    expect((await checkOut(buyer, token).expect(200)).body).toMatchObject({
      payBy,
      declined: (declined.body as { reason: string }).reason,
    });

    await checkOut(buyer, token, { token: system.cards.approved }).expect(201);
    expect(await charged(hold.holdId)).toEqual([0]);
    const card = expect.stringContaining(system.cards.approved) as string;
    expect(await attemptsOf(hold.holdId)).toMatchObject([{ attempt: 1, status: 'approved', card }]);
  });

  test('the bank asks: a yes makes the order, a no leaves it open', async () => {
    const yes = await held();
    const asked = await checkOut(yes.buyer, yes.token, { token: system.cards.challenge }).expect(200);
    expect(asked.body).toMatchObject({ status: 'action', payment: { step: 'challenge' } });
    await system.answerChallenge(yes.hold.holdId, true);
    await checkOut(yes.buyer, yes.token).expect(201);
    expect(await charged(yes.hold.holdId)).toEqual([0]);

    const no = await held();
    await checkOut(no.buyer, no.token, { token: system.cards.challenge }).expect(200);
    await system.answerChallenge(no.hold.holdId, false);
    const refused = await checkOut(no.buyer, no.token).expect(200);
    expect(refused.body).toMatchObject({
      payment: { step: 'choose' },
      declined: expect.any(String) as string,
    });
    await checkOut(no.buyer, no.token, { token: system.cards.approved }).expect(201);
    expect(await charged(no.hold.holdId)).toEqual([0]);
  });

  test('abandoned, it is cancelled at payBy: the seats go to standby, and nothing is charged later', async () => {
    const { drop, buyer, hold, token } = await held({ seats: 1, standbyLimit: 5, holdSeconds: 1 });
    const waiting = await system.user();
    const batch = { id: 'aaaaaaaaaaaaab', packed: `${waiting.userId}:1` };
    await system.inventory.claim({ dropId: drop.id, partition: 0 }, batch, { mayBorrow: false });
    await checkOut(buyer, token, { token: system.cards.challenge }).expect(200);
    await eventually(() => expect(Date.now()).toBeGreaterThan(hold.expiresAt));
    // The time of the hold is over, but not that of the payment.
    await reconcilePayments(system.deps, { everyMs: 0, abandonedAfterMs: 0, now: Date.now });
    expect(await entryOf(buyer, drop.id)).toMatchObject({ status: 'paying' });

    await timeToPayIsOver();
    expect(await entryOf(buyer, drop.id)).toMatchObject({ status: 'released' });
    expect(await entryOf(waiting, drop.id)).toMatchObject({ status: 'held' });
    await system.answerChallenge(hold.holdId, true);
    await timeToPayIsOver();
    expect(await charged(hold.holdId)).toEqual([]);
    expect(await attemptsOf(hold.holdId)).toMatchObject([{ status: 'declined' }]);
  });

  test('a card that comes after payBy is not charged', async () => {
    const { drop, buyer, hold, token } = await held();
    await checkOut(buyer, token).expect(200);
    await system
      .db('payment_attempts')
      .where({ hold_id: hold.holdId })
      .update({ pay_by: new Date(Date.now() - 1) });
    const late = await checkOut(buyer, token, { token: system.cards.approved }).expect(402);
    expect(late.body).toMatchObject({ code: 'payment_declined' });
    expect(late.body).not.toHaveProperty('payBy');
    expect(await charged(hold.holdId)).toEqual([]);
    // The hold still had time.
    expect(await entryOf(buyer, drop.id)).toMatchObject({ status: 'held' });
    await checkOut(buyer, token, { token: system.cards.approved }).expect(201);
    expect(await attemptsOf(hold.holdId)).toMatchObject([{ status: 'declined' }, { status: 'approved' }]);
  });

  test('when the drop is cancelled, an open payment is cancelled at once', async () => {
    const { drop, buyer, hold, token } = await held();
    await checkOut(buyer, token, { token: system.cards.challenge }).expect(200);
    await request(system.app).post(`/api/drops/${drop.id}/cancel`).set(system.organizer.bearer).expect(200);
    await reconcilePayments(system.deps, { everyMs: 0, abandonedAfterMs: 0, now: Date.now });
    await system.answerChallenge(hold.holdId, true);
    expect(await charged(hold.holdId)).toEqual([]);
    expect(await entryOf(buyer, drop.id)).toMatchObject({ status: 'released' });
    expect(await system.inventory.counts(drop)).toMatchObject({ paying: 0, held: 0 });
  });

  test('given back while it is open, it is cancelled first', async () => {
    const { drop, buyer, hold, token } = await held();
    await checkOut(buyer, token, { token: system.cards.challenge }).expect(200);
    const left = await request(system.app)
      .delete(`/api/drops/${drop.id}/entry`)
      .set(buyer.bearer)
      .expect(200);
    expect(left.body).toMatchObject({ status: 'released', reason: 'given_back' });
    await system.answerChallenge(hold.holdId, true);
    await timeToPayIsOver();
    expect(await charged(hold.holdId)).toEqual([]);
    expect(await system.inventory.counts(drop)).toMatchObject({ free: 4, paying: 0, held: 0 });
  });

  test('given back after the bank was told yes, it is an order', async () => {
    const { drop, buyer, hold, token } = await held();
    await checkOut(buyer, token, { token: system.cards.challenge }).expect(200);
    await system.answerChallenge(hold.holdId, true);
    const kept = await request(system.app)
      .delete(`/api/drops/${drop.id}/entry`)
      .set(buyer.bearer)
      .expect(409);
    expect(kept.body).toMatchObject({ code: 'already_paid' });
    expect(await entryOf(buyer, drop.id)).toMatchObject({ status: 'sold' });
    expect(await charged(hold.holdId)).toEqual([0]);
  });

  test('two cards in two tabs at once: one is charged', async () => {
    const { buyer, hold, token } = await held();
    await checkOut(buyer, token).expect(200);
    const cards = [system.cards.approved, system.cards.declined, system.cards.approved];
    const answers = await Promise.all(cards.map((card) => checkOut(buyer, token, { token: card })));
    for (const { status, body } of answers)
      expect([201, 202, 402, 409]).toContain(status === 200 ? JSON.stringify(body) : status);
    const last = await checkOut(buyer, token);
    expect(last.body).toMatchObject({ code: 'already_paid' });
    expect(await charged(hold.holdId)).toEqual([0]);
  });

  test.each([
    ['off by one', { ...price, amount: 4501 }, 409, 'total_changed'],
    ['in another currency', { ...price, currency: 'USD' }, 409, 'total_changed'],
    ['negative', { ...price, amount: -4500 }, 422, 'invalid_request'],
    ['a string', { ...price, amount: '4500' }, 422, 'invalid_request'],
    ['not money', 4500, 422, 'invalid_request'],
    ['with more than money', { ...price, tip: 1 }, 422, 'invalid_request'],
  ])('a total %s charges nothing and begins nothing', async (_, total, status, code) => {
    const { drop, buyer, hold, token } = await held();
    const refused = await checkOut(buyer, token, { token: system.cards.approved }, total).expect(status);
    expect(refused.body).toMatchObject({ code, ...(code === 'total_changed' && { total: price }) });
    expect(await entryOf(buyer, drop.id)).toMatchObject({ status: 'held' });
    expect(await attemptsOf(hold.holdId)).toEqual([]);
    expect(await system.chargesOf(hold.holdId)).toEqual([]);
  });

  test('a card of another provider charges nothing', async () => {
    const other = provider === 'stripe' ? 'tok_approved' : 'pm_card_visa';
    const { buyer, hold, token } = await held();
    const refused = await checkOut(buyer, token, { token: other }).expect(422);
    expect(refused.body).toMatchObject({ code: 'unknown_payment_token' });
    expect(await charged(hold.holdId)).toEqual([]);
    await checkOut(buyer, token, { token: system.cards.approved }).expect(201);
  });

  test('a page from before the total was sent is served, and told that this will end', async () => {
    const { buyer, token } = await held();
    const old = await request(system.app)
      .post('/api/checkout')
      .set(buyer.bearer)
      .send({ checkoutToken: token, payment: { token: system.cards.approved } })
      .expect(201);
    expect(old.headers['deprecation']).toMatch(/^@\d{10}$/);
    const again = await checkOut(buyer, token);
    expect(again.headers).not.toHaveProperty('deprecation');
  });
});

describe('with payu', () => {
  beforeAll(() => void (system = systems.get('payu')!));

  const due = { amount: 4500, currency: 'INR' };
  const open = async (buyer: TestUser, token: string) => {
    const { body } = await checkOut(buyer, token, undefined, due).expect(200);
    return body as { payBy: string; declined?: string; payment: { fields: Record<string, string> } };
  };
  /** The buyer goes to PayU's page and does this there. */
  const atPayu = async (buyer: TestUser, token: string, choice: PayuChoice) => {
    const { fields } = (await open(buyer, token)).payment;
    expect(system.payu!.post(fields)).toBeUndefined();
    system.payu!.book.choose(fields['txnid']!, choice);
  };

  test('begun it charges nothing, and can be gone on with from anywhere', async () => {
    const { drop, buyer, hold, token } = await held();
    const begun = await open(buyer, token);
    expect(begun).toMatchObject({ status: 'action', payment: { provider: 'payu', step: 'choose' } });
    expect(Date.parse(begun.payBy)).toBeGreaterThanOrEqual(hold.expiresAt);
    const entry = await entryOf(buyer, drop.id);
    expect(entry).toMatchObject({ status: 'paying', payBy: begun.payBy });
    expect(await open(buyer, entry.checkoutToken!)).toEqual(begun);
    expect(await charged(hold.holdId)).toEqual([]);

    await atPayu(buyer, token, 'approve');
    await checkOut(buyer, token, undefined, due).expect(201);
    expect(await charged(hold.holdId)).toEqual([0]);
    expect(await attemptsOf(hold.holdId)).toMatchObject([{ attempt: 1, status: 'approved', card: null }]);
    expect(await entryOf(buyer, drop.id)).toMatchObject({ status: 'sold' });
  });

  test('a declined card leaves it open, and another card pays the same attempt', async () => {
    const { buyer, hold, token } = await held();
    const { payBy } = await open(buyer, token);
    await atPayu(buyer, token, 'decline');
    expect(await open(buyer, token)).toMatchObject({ payBy, declined: expect.any(String) as string });
    await atPayu(buyer, token, 'approve');
    await checkOut(buyer, token, undefined, due).expect(201);
    expect(await charged(hold.holdId)).toEqual([0]);
    expect(await attemptsOf(hold.holdId)).toMatchObject([{ attempt: 1, status: 'approved' }]);
  });

  test('abandoned, it ends at payBy, and the seats go to standby', async () => {
    const { drop, buyer, hold, token } = await held({ seats: 1, standbyLimit: 5, holdSeconds: 1 });
    const waiting = await system.user();
    const batch = { id: 'aaaaaaaaaaaaac', packed: `${waiting.userId}:1` };
    await system.inventory.claim({ dropId: drop.id, partition: 0 }, batch, { mayBorrow: false });
    await open(buyer, token);
    await eventually(() => expect(Date.now()).toBeGreaterThan(hold.expiresAt));
    await timeToPayIsOver();
    expect(await entryOf(buyer, drop.id)).toMatchObject({ status: 'released' });
    expect(await entryOf(waiting, drop.id)).toMatchObject({ status: 'held' });
    expect(await attemptsOf(hold.holdId)).toMatchObject([{ status: 'declined' }]);
  });

  test('nobody returns, and no webhook comes: at payBy it is an order', async () => {
    const { drop, buyer, hold, token } = await held();
    await atPayu(buyer, token, 'approve');
    await timeToPayIsOver();
    expect(await entryOf(buyer, drop.id)).toMatchObject({ status: 'sold' });
    expect(await charged(hold.holdId)).toEqual([0]);
  });

  const leave = (buyer: TestUser, dropId: number) =>
    request(system.app).delete(`/api/drops/${dropId}/entry`).set(buyer.bearer);

  test('given back while it is open, it ends; paid already, it is an order; while a bank decides, it stays', async () => {
    const [left, paid, decided] = [await held(), await held(), await held()];
    await open(left.buyer, left.token);
    expect((await leave(left.buyer, left.drop.id).expect(200)).body).toMatchObject({ reason: 'given_back' });
    await atPayu(paid.buyer, paid.token, 'approve');
    expect((await leave(paid.buyer, paid.drop.id).expect(409)).body).toMatchObject({ code: 'already_paid' });
    await atPayu(decided.buyer, decided.token, 'pay');
    const refused = await leave(decided.buyer, decided.drop.id).expect(409);
    expect(refused.body).toMatchObject({ code: 'payment_under_way' });
    expect(await checkOut(decided.buyer, decided.token, undefined, due)).toMatchObject({ status: 202 });
  });

  test.each([
    ['off by one', { ...due, amount: 4501 }],
    ['in another currency', price],
  ])('a total %s begins nothing', async (_, total) => {
    const { drop, buyer, hold, token } = await held();
    const refused = await checkOut(buyer, token, undefined, total).expect(409);
    expect(refused.body).toMatchObject({ code: 'total_changed', total: due });
    expect(await entryOf(buyer, drop.id)).toMatchObject({ status: 'held' });
    expect(await attemptsOf(hold.holdId)).toEqual([]);
  });
});
