/** What a buyer's bank or somebody in the provider's dashboard does with a charge, as webhooks report it. */
import request from 'supertest';
import { makeJobs } from '../mail/mail-jobs.ts';
import type { OutboxRow } from '../mail/outbox.ts';
import { createRefunding } from '../orders/refund-duty.ts';
import { payHold } from '../checkout/pay-hold.ts';
import { startGeneralSystem, type GeneralSystem } from '../../testing/general/general-system.ts';
import type { Intent } from '../../testing/general/start-stripe.ts';
import { sendStripeWebhook } from '../../testing/general/stripe-webhook.ts';
import { recordDispute, type DisputeRow } from './record-dispute.ts';

let system: GeneralSystem;
beforeAll(async () => {
  system = await startGeneralSystem({ provider: 'stripe' });
}, 120_000);
afterAll(() => system.stop());

async function paid(quantity = 1) {
  const drop = await system.openDrop();
  const buyer = await system.user();
  const { place, hold } = await system.hold(drop, buyer, quantity);
  await payHold(system.deps, place, hold, { token: 'pm_card_visa' });
  return { drop, orderId: hold.holdId, intent: system.stripe!.of(hold.holdId)[0]! };
}
const disputesOf = (orderId: string) =>
  system.db<DisputeRow>('disputes').where({ hold_id: orderId }).orderBy('provider_ref');
const outsideRefundsOf = (orderId: string) => system.db('outside_refunds').where({ hold_id: orderId });
const orderOf = (orderId: string) => system.db('orders').where({ id: orderId }).first();
/** The mails to the organizer, as they are sent. */
async function mailsTo(orderId: string, topic: string) {
  const rows: OutboxRow[] = await system.db<OutboxRow>('outbox').where({ topic });
  const own = rows.filter(({ payload }) => JSON.stringify(payload).includes(orderId));
  return (await makeJobs({ ...system.deps, timeZone: 'UTC' }, own)).map((made) => {
    if ('error' in made) throw made.error;
    return made.job;
  });
}

describe('a dispute', () => {
  const tell = (type: string, dispute: object, facts?: Parameters<typeof sendStripeWebhook>[3]) =>
    sendStripeWebhook(system, `charge.dispute.${type}`, dispute, facts);

  test('is recorded with its charge, once, and the order stays as it is', async () => {
    const { drop, orderId, intent } = await paid(2);
    const dispute = system.stripe!.dispute(intent);
    for (const _ of [1, 2]) await tell('created', dispute).expect(204);
    expect(await disputesOf(orderId)).toMatchObject([
      {
        provider: 'stripe',
        provider_ref: dispute.id,
        attempt: 1,
        amount: intent.amount,
        currency: 'EUR',
        reason: 'fraudulent',
        status: 'needs_response',
        respond_by: new Date(dispute.evidence_details.due_by! * 1000),
      },
    ]);
    expect(await mailsTo(orderId, 'order-disputed')).toMatchObject([
      {
        to: { address: system.organizer.email },
        order: {
          id: orderId,
          amount: intent.amount,
          url: new URL(`/organize/orders/${orderId}`, system.deps.publicUrl).href,
        },
      },
    ]);
    expect(await orderOf(orderId)).toMatchObject({ status: 'paid' });
    expect(await system.inventory.counts(drop)).toMatchObject({ sold: 2 });
  });

  test('has the state that Stripe says when asked, whatever the event contains and in whatever order events come', async () => {
    const { orderId, intent } = await paid();
    const dispute = system.stripe!.dispute(intent, { status: 'lost' });
    await tell('created', { ...dispute, status: 'won', amount: 1 }).expect(204);
    await tell('updated', { ...dispute, status: 'needs_response' }).expect(204);
    expect(await disputesOf(orderId)).toMatchObject([{ status: 'lost', amount: intent.amount }]);
    expect(await mailsTo(orderId, 'dispute-ended')).toHaveLength(1);
  });

  test.each([
    ['warning_needs_response', 'needs_response'],
    ['warning_under_review', 'under_review'],
    ['appeal_needs_response', 'needs_response'],
    ['under_review', 'under_review'],
    ['won', 'won'],
    ['warning_closed', 'closed'],
    ['prevented', 'closed'],
  ])('that is %s at Stripe is %s here', async (theirs, ours) => {
    const { orderId, intent } = await paid();
    const dispute = system.stripe!.dispute(intent, {
      status: theirs,
      evidence_details: { due_by: null },
    });
    await tell('updated', dispute).expect(204);
    expect(await disputesOf(orderId)).toMatchObject([{ status: ours, respond_by: null }]);
  });

  test('keeps its newest state if an older answer of Stripe arrives later', async () => {
    const { orderId, intent } = await paid();
    const dispute = system.stripe!.dispute(intent);
    const { payments } = system.deps;
    let asked = 0;
    const crossing: typeof payments = {
      ...payments,
      async findDispute(id) {
        const answer = await payments.findDispute(id);
        asked += 1;
        if (asked > 1) return answer;
        // While this answer is on its way, the dispute is won, and another process records that.
        dispute.status = 'won';
        await recordDispute(system.deps, id);
        return answer;
      },
    };
    await recordDispute({ ...system.deps, payments: crossing }, dispute.id);
    expect(asked).toBe(2);
    expect(await disputesOf(orderId)).toMatchObject([{ status: 'won' }]);

    dispute.status = 'lost';
    asked = 0;
    await recordDispute({ ...system.deps, payments: crossing }, dispute.id);
    expect(await disputesOf(orderId)).toMatchObject([{ status: 'won' }]);
  });

  test('that Stripe cannot be asked about is refused, so that it is sent again', async () => {
    const { orderId, intent } = await paid();
    const dispute = system.stripe!.dispute(intent);
    // The library asks twice.
    for (const _ of [1, 2]) system.stripe!.accident(/disputes/, 'fails');
    await tell('created', dispute).expect(503);
    expect(await disputesOf(orderId)).toEqual([]);
    await tell('created', dispute).expect(204);
    expect(await disputesOf(orderId)).toHaveLength(1);
  });

  test('unsigned, old, of another account, of another mode or of a foreign charge has no effect', async () => {
    const { orderId, intent } = await paid();
    const dispute = system.stripe!.dispute(intent);
    await tell('created', dispute).set('stripe-signature', 't=1,v1=00').expect(401);
    await tell('created', dispute, { at: Date.now() - 600_000 }).expect(401);
    await tell('created', dispute, { account: 'acct_of_somebody' }).expect(204);
    await tell('created', dispute, { livemode: true }).expect(204);
    const foreign = system.stripe!.dispute({ ...intent, id: 'pi_of_another_system' });
    await tell('created', foreign).expect(204);
    await tell('created', { ...dispute, id: 'du_unknown' }).expect(204);
    await tell('created', { id: 7 }).expect(204);
    expect(await disputesOf(orderId)).toEqual([]);
    expect(await system.db('disputes').where({ provider_ref: foreign.id })).toEqual([]);
  });
});

describe('a refund in the dashboard', () => {
  const tell = (intent: Intent, type = 'charge.refunded') =>
    sendStripeWebhook(system, type, { object: 'charge', payment_intent: intent.id });

  test('is recorded once, the organizer is told, and tickets and seats stay', async () => {
    const { drop, orderId, intent } = await paid(2);
    const refund = system.stripe!.refundOutside(intent, 1000);
    for (const type of ['refund.created', 'charge.refunded', 'charge.refunded'])
      await tell(intent, type).expect(204);
    expect(await outsideRefundsOf(orderId)).toMatchObject([
      { provider_ref: refund.id, amount: 1000, currency: 'EUR', status: 'made', attempt: 1 },
    ]);
    expect(await mailsTo(orderId, 'refunded-outside')).toMatchObject([
      { to: { address: system.organizer.email }, order: { amount: 1000, currency: 'EUR' } },
    ]);
    expect(await orderOf(orderId)).toMatchObject({ status: 'paid' });
    expect(await system.db('sold_seats').where({ order_id: orderId })).toHaveLength(2);
    expect(await system.inventory.counts(drop)).toMatchObject({ sold: 2 });
  });

  test('is told from a refund that was made here', async () => {
    const { orderId, intent } = await paid();
    await request(system.app).post(`/api/orders/${orderId}/refund`).set(system.organizer.bearer).expect(200);
    expect(intent.refunds).toHaveLength(1);
    await tell(intent).expect(204);
    expect(await outsideRefundsOf(orderId)).toEqual([]);
  });

  test('that fails later is shown as failed, and is not made again by an old event', async () => {
    const { orderId, intent } = await paid();
    const refund = system.stripe!.refundOutside(intent, 1000);
    await tell(intent).expect(204);
    refund.status = 'failed';
    await tell(intent, 'refund.failed').expect(204);
    await tell(intent).expect(204);
    expect(await outsideRefundsOf(orderId)).toMatchObject([{ status: 'failed' }]);
  });

  test('that Stripe cannot be asked about is refused, so that it is sent again', async () => {
    const { orderId, intent } = await paid();
    system.stripe!.refundOutside(intent, 1000);
    for (const _ of [1, 2]) system.stripe!.accident(/refunds/, 'fails');
    await tell(intent).expect(503);
    expect(await outsideRefundsOf(orderId)).toEqual([]);
    await tell(intent).expect(204);
    expect(await outsideRefundsOf(orderId)).toHaveLength(1);
  });
});

describe('a refund of ours that fails at the bank', () => {
  const tell = (intent: Intent) =>
    sendStripeWebhook(system, 'refund.failed', { object: 'refund', payment_intent: intent.id });
  const refundOf = (orderId: string) => system.db('refunds').where({ order_id: orderId }).first();
  const shown = async (orderId: string) =>
    (await request(system.app).get(`/api/orders/${orderId}`).set(system.organizer.bearer)).body as object;
  const duty = () => createRefunding(system.deps)();

  async function refunded() {
    const bought = await paid(2);
    await request(system.app)
      .post(`/api/orders/${bought.orderId}/refund`)
      .set(system.organizer.bearer)
      .expect(200);
    return { ...bought, first: bought.intent.refunds[0]! };
  }

  test('is shown as due with the reason, and is made anew once; the seats stay refunded', async () => {
    const { drop, orderId, intent, first } = await refunded();
    Object.assign(first, { status: 'failed', failure_reason: 'lost_or_stolen_card' });
    for (const _ of [1, 2]) await tell(intent).expect(204);
    expect(await shown(orderId)).toMatchObject({
      status: 'refunding',
      refunded: { amount: 0 },
      refunds: [{ status: 'due', failure: { reason: 'lost_or_stolen_card', tries: 1 } }],
      seats: [{ state: 'refunded' }, { state: 'refunded' }],
    });
    expect(await system.db('payment_events').where({ hold_id: orderId })).toMatchObject([
      { kind: 'refund_failed', occurrence: first.id, reason: 'lost_or_stolen_card' },
    ]);
    expect(await system.inventory.counts(drop)).toMatchObject({ sold: 0, free: 4 });

    for (const _ of [1, 2]) await duty();
    expect(intent.refunds).toMatchObject([
      { status: 'failed' },
      { status: 'succeeded', amount: intent.amount },
    ]);
    // An old event comes again.
    await tell(intent).expect(204);
    await duty();
    expect(intent.refunds).toHaveLength(2);
    expect(await refundOf(orderId)).toMatchObject({
      status: 'done',
      returned_at: null,
      provider_ref: intent.refunds[1]!.id,
    });
    expect(await shown(orderId)).toMatchObject({ status: 'refunded', refunded: { amount: intent.amount } });
    expect(await system.inventory.counts(drop)).toMatchObject({ sold: 0, free: 4 });
    expect(await outsideRefundsOf(orderId)).toEqual([]);
  });

  test('whose repetition is already made is left alone', async () => {
    const { orderId, intent, first } = await refunded();
    first.status = 'failed';
    const again = { ...first, id: `${first.id}_again`, status: 'succeeded' };
    intent.refunds.push(again);
    await tell(intent).expect(204);
    expect(await refundOf(orderId)).toMatchObject({ status: 'done', returned_at: null });
  });
});

test('without Connect no order is owed to an organizer, and nobody asks for transfers', async () => {
  const { intent } = await paid();
  const asks = system.stripe!.asked.length;
  await sendStripeWebhook(system, 'payment_intent.succeeded', intent).expect(204);
  expect(system.stripe!.asked).toHaveLength(asks);
  const admin = await system.user('admin');
  const { body } = await request(system.app)
    .get('/api/orders/paid-to-platform')
    .set(admin.bearer)
    .expect(200);
  expect(body).toEqual({ items: [], next: null });
});
