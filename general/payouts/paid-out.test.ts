/** With Stripe Connect the money of a drop goes to its organizer's account, less the platform's fees. */
import request from 'supertest';
import { connectOrganizer, tellOfAccount } from '../../testing/general/connected-organizer.ts';
import { afterPayBy, startGeneralSystem, type GeneralSystem } from '../../testing/general/general-system.ts';
import { createDrop, createEvent, dropBody, openDrop } from '../../testing/general/new-drop.ts';
import { recordsOf } from '../../testing/general/parse-csv.ts';
import { enableAccount, type StripeAccount } from '../../testing/general/stripe-accounts.ts';
import { sendStripeWebhook } from '../../testing/general/stripe-webhook.ts';
import type { TestUser } from '../../testing/general/start-general.ts';
import { loadDrop } from '../../shared/drops/drop.ts';
import { createRefunding } from '../orders/refund-duty.ts';
import { payHold } from '../checkout/pay-hold.ts';
import { followWebhook } from '../payments/receive-webhook.ts';
import { reconcilePayments } from '../duties/reconcile-payments.ts';

const fees = { perSeat: 100, perOrder: 50, percent: 2 };
let system: GeneralSystem;
beforeAll(async () => {
  system = await startGeneralSystem({
    provider: 'stripe',
    connect: { isRequired: true },
    platformFees: () => fees,
  });
}, 120_000);
afterAll(() => system.stop());

async function connected() {
  const organizer = await system.user('organizer');
  return { organizer, account: await connectOrganizer(system, organizer) };
}

/** An open drop of an organizer who can be paid, and a buyer's hold in it. */
async function held(quantity = 2, changes?: { payout_account: null }) {
  const { organizer, account } = await connected();
  const sections = [{ name: 'Stalls', rows: 1, seatsPerRow: 4 }];
  const { id } = await createDrop(system, organizer, { sections });
  if (changes) await system.db('drops').where({ id }).update(changes);
  await openDrop(system, id);
  const drop = (await loadDrop(system.db, id))!;
  const buyer = await system.user();
  return { organizer, account, drop, buyer, ...(await system.hold(drop, buyer, quantity)) };
}

type Held = Awaited<ReturnType<typeof held>>;
const pay = ({ place, hold }: Held, token = 'pm_card_visa') => payHold(system.deps, place, hold, { token });
const intentsOf = ({ hold }: Held) => system.stripe!.of(hold.holdId);
const attemptsOf = ({ hold }: Held) =>
  system.db('payment_attempts').where({ hold_id: hold.holdId }).orderBy('attempt');
const refund = ({ organizer, hold }: Held, seats?: string[]) =>
  request(system.app)
    .post(`/api/orders/${hold.holdId}/refund`)
    .set(organizer.bearer)
    .send(seats ? { seats } : {});
const refundsAsked = ({ hold }: Held) =>
  system.stripe!.asked.filter(
    ({ method, path, form }) =>
      method === 'POST' &&
      path === '/v1/refunds' &&
      form['payment_intent'] === intentsOf({ hold } as Held)[0]?.id,
  );

describe('a drop', () => {
  const create = async (organizer: TestUser, body = dropBody()) =>
    request(system.app)
      .post(`/api/events/${await createEvent(system, organizer)}/drops`)
      .set(organizer.bearer)
      .send(body);

  test.each([
    ['who has no account', undefined, 'not_connected'],
    [
      'whose account is disabled',
      (account: StripeAccount) => enableAccount(account, false),
      'details_needed',
    ],
    [
      'to whom nothing can be paid out',
      (account: StripeAccount) => {
        account.payouts_enabled = false;
      },
      'in_review',
    ],
  ])('of an organizer %s is refused, with the way out', async (_, disable, state) => {
    const organizer = await system.user('organizer');
    if (disable) {
      const account = await connectOrganizer(system, organizer);
      disable(account);
      await tellOfAccount(system, account).expect(204);
    }
    const answer = await create(organizer);
    expect(answer.status).toBe(409);
    expect(answer.body).toMatchObject({ code: 'payouts_not_ready', state });
    expect(
      await system
        .db('drops')
        .join('events', 'events.id', 'event_id')
        .where({ organizer_id: organizer.userId }),
    ).toEqual([]);
  });

  test('of an event that an administrator runs for an organizer pays the organizer', async () => {
    const { organizer, account } = await connected();
    const admin = await system.user('admin');
    const answer = await request(system.app)
      .post(`/api/events/${await createEvent(system, organizer)}/drops`)
      .set(admin.bearer)
      .send(dropBody());
    const { id } = answer.body as { id: number };
    expect(await loadDrop(system.db, id)).toMatchObject({ payoutAccount: account.id });
  });

  test('keeps its account from the opening; a change before that takes the organizer’s present one', async () => {
    const { organizer, account } = await connected();
    const { id } = await createDrop(system, organizer);
    account.hasLeft = true;
    await tellOfAccount(system, account, 'account.application.deauthorized').expect(204);
    const patch = () =>
      request(system.app).patch(`/api/drops/${id}`).set(organizer.bearer).send({ holdSeconds: 200 });
    expect((await patch()).body).toMatchObject({ code: 'payouts_not_ready' });
    const other = await connectOrganizer(system, organizer);
    await patch().expect(200);
    await openDrop(system, id);
    expect(await loadDrop(system.db, id)).toMatchObject({ payoutAccount: other.id });
  });
});

describe('a charge', () => {
  test('goes to the organizer, less the platform’s fees, and is recorded with both', async () => {
    const { organizer, ...sale } = await held();
    expect(await pay({ organizer, ...sale })).toMatchObject({ kind: 'paid' });
    const { account, hold } = sale;
    // Two seats of 45.00: 1.00 and 2 % for each, and 0.50 for the order.
    const fee = 2 * (100 + 90) + 50;
    expect(intentsOf({ organizer, ...sale })).toMatchObject([
      {
        amount: 9000 + fee,
        on_behalf_of: account.id,
        transfer_data: { destination: account.id },
        application_fee_amount: fee,
        status: 'succeeded',
      },
    ]);
    const { body } = await request(system.app)
      .get(`/api/orders/${hold.holdId}/payments`)
      .set(organizer.bearer)
      .expect(200);
    expect((body as { attempts: object[] }).attempts).toMatchObject([
      { payout: { account: account.id, fee: { amount: fee, currency: 'EUR' } } },
    ]);
    const csv = await request(system.app)
      .get(`/api/drops/${sale.drop.id}/report.csv`)
      .set(organizer.bearer)
      .expect(200);
    expect(csv.text).toContain(`"${account.id}","4.30"`);
  });

  describe('has a transfer at Stripe', () => {
    const tell = ({ hold }: Held, type: string) =>
      sendStripeWebhook(system, type, { metadata: { charge_key: `${hold.holdId}.1` } });
    const shown = async ({ organizer, drop, hold }: Held) => {
      const record = request(system.app).get(`/api/orders/${hold.holdId}/payments`).set(organizer.bearer);
      const csv = request(system.app).get(`/api/drops/${drop.id}/report.csv`).set(organizer.bearer);
      const { attempts, order } = (await record).body as {
        attempts: { payout?: { transfer?: string } }[];
        order: { payment?: { transfer?: string } };
      };
      const [line] = recordsOf((await csv).text);
      return [attempts.at(-1)!.payout?.transfer, order.payment?.transfer, line!['payout_transfer']];
    };

    test('which the record of the order names, and the CSV', async () => {
      const sale = await held();
      await pay(sale);
      expect(await shown(sale)).toEqual([undefined, undefined, '']);
      const asks = system.stripe!.asked.length;
      for (const type of ['payment_intent.succeeded', 'charge.updated', 'payment_intent.succeeded'])
        await tell(sale, type).expect(204);
      const transfer = `tr_of_${intentsOf(sale)[0]!.id}`;
      expect(await shown(sale)).toEqual([transfer, transfer, transfer]);
      // What is known is not asked for again.
      expect(system.stripe!.asked.length - asks).toBe(1);
    });

    test('also if Stripe makes it later, or does not answer at first', async () => {
      const sale = await held();
      sale.account.transfersLate = true;
      await pay(sale);
      await tell(sale, 'payment_intent.succeeded').expect(204);
      expect(await attemptsOf(sale)).toMatchObject([{ payout_transfer: null }]);
      sale.account.transfersLate = false;
      // The library asks twice.
      for (const _ of [1, 2]) system.stripe!.accident(/expand/, 'fails');
      await tell(sale, 'charge.updated').expect(503);
      await tell(sale, 'charge.updated').expect(204);
      expect(await attemptsOf(sale)).toMatchObject([{ payout_transfer: `tr_of_${intentsOf(sale)[0]!.id}` }]);
    });

    test.each([
      ['before the answer', false],
      ['after the answer, before MySQL has it', true],
    ])('also if the process that asks dies %s: Stripe sends the webhook again', async (_, isAnswered) => {
      const sale = await held();
      await pay(sale, 'pm_card_authenticationRequired');
      await system.answerChallenge(sale.hold.holdId, true);
      const { payments } = system.deps;
      let died: () => void = () => {};
      const dead = new Promise<void>((resolve) => (died = resolve));
      const dying: typeof payments = {
        ...payments,
        async findTransfer(ref) {
          if (isAnswered) await payments.findTransfer!(ref);
          died();
          return new Promise<never>(() => {});
        },
      };
      // The webhook finds a payment that nobody has settled, and settles it first.
      const webhook = { kind: 'charge', key: `${sale.hold.holdId}.1` } as const;
      void followWebhook({ ...system.deps, payments: dying }, webhook);
      await dead;
      expect(await attemptsOf(sale)).toMatchObject([{ status: 'approved', payout_transfer: null }]);
      // The reconciler has nothing to settle, and does not ask for transfers.
      await reconcilePayments(system.deps, { everyMs: 0, abandonedAfterMs: 0, now: afterPayBy });
      const transfer = `tr_of_${intentsOf(sale)[0]!.id}`;
      for (const type of ['payment_intent.succeeded', 'charge.updated']) {
        await tell(sale, type).expect(204);
        expect(await shown(sale)).toEqual([transfer, transfer, transfer]);
      }
    });

    test('also if the process that settles it dies before it asks, and the reconciler has settled it since', async () => {
      const sale = await held();
      await pay(sale, 'pm_card_authenticationRequired');
      await system.answerChallenge(sale.hold.holdId, true);
      await reconcilePayments(system.deps, { everyMs: 0, abandonedAfterMs: 0, now: afterPayBy });
      expect(await attemptsOf(sale)).toMatchObject([{ status: 'approved', payout_transfer: null }]);
      await tell(sale, 'payment_intent.succeeded').expect(204);
      const transfer = `tr_of_${intentsOf(sale)[0]!.id}`;
      expect(await shown(sale)).toEqual([transfer, transfer, transfer]);
    });

    test('and a key that may not read charges leaves it out, without refusing the webhook', async () => {
      const sale = await held();
      await pay(sale);
      system.stripe!.accident(/expand/, 'forbidden');
      await tell(sale, 'payment_intent.succeeded').expect(204);
      expect(await attemptsOf(sale)).toMatchObject([{ status: 'approved', payout_transfer: null }]);
    });

    test('but none if the platform took the money, and nobody is asked', async () => {
      const sale = await held();
      enableAccount(sale.account, false);
      await tellOfAccount(system, sale.account).expect(204);
      await pay(sale);
      const asks = system.stripe!.asked.length;
      await tell(sale, 'payment_intent.succeeded').expect(204);
      expect(system.stripe!.asked.length).toBe(asks);
      expect(await attemptsOf(sale)).toMatchObject([{ payout_transfer: null }]);
    });
  });

  test('is found again under its account, though that was disabled since it began', async () => {
    const sale = await held();
    const result = await pay(sale, 'pm_card_authenticationRequired');
    expect(result).toMatchObject({ kind: 'open' });
    enableAccount(sale.account, false);
    await tellOfAccount(system, sale.account).expect(204);
    await system.answerChallenge(sale.hold.holdId, true);
    await reconcilePayments(system.deps, { everyMs: 0, abandonedAfterMs: 0, now: afterPayBy });
    expect(await attemptsOf(sale)).toMatchObject([{ status: 'approved', payout_account: sale.account.id }]);
    await refund(sale).expect(200);
    expect(refundsAsked(sale)).toMatchObject([{ form: { reverse_transfer: 'true' } }]);
  });
});

describe('when the account of an open drop is disabled, no buyer loses a seat', () => {
  const isPlatforms = async (sale: Held) => {
    const intents = intentsOf(sale).filter(({ status }) => status === 'succeeded');
    expect(intents).toHaveLength(1);
    expect(intents[0]).not.toHaveProperty('transfer_data');
    expect((await attemptsOf(sale)).at(-1)).toMatchObject({ status: 'approved', payout_account: null });
  };

  test('the platform takes the money', async () => {
    const sale = await held();
    enableAccount(sale.account, false);
    await tellOfAccount(system, sale.account).expect(204);
    expect(await pay(sale)).toMatchObject({ kind: 'paid' });
    await isPlatforms(sale);
    expect(await attemptsOf(sale)).toHaveLength(1);
    await refund(sale).expect(200);
    expect(refundsAsked(sale)[0]?.form).not.toHaveProperty('reverse_transfer');
  });

  test('also if only Stripe knows it yet: the refused attempt ends, and the next one is the platform’s', async () => {
    const sale = await held();
    enableAccount(sale.account, false);
    expect(await pay(sale)).toMatchObject({ kind: 'paid' });
    await isPlatforms(sale);
    expect(await attemptsOf(sale)).toMatchObject([
      { status: 'declined', reason: 'account_not_payable', payout_account: sale.account.id },
      { status: 'approved' },
    ]);
  });

  test('also between begin and confirm: what was begun is cancelled before anything else begins', async () => {
    const sale = await held();
    expect(await payHold(system.deps, sale.place, sale.hold, {})).toMatchObject({ kind: 'open' });
    enableAccount(sale.account, false);
    expect(await pay(sale)).toMatchObject({ kind: 'paid' });
    expect(intentsOf(sale)).toMatchObject([{ status: 'canceled' }, { status: 'succeeded' }]);
    await isPlatforms(sale);
  });

  test('also if Stripe refuses the account for a reason that its state does not show', async () => {
    const sale = await held();
    sale.account.refusesCharges = true;
    expect(await pay(sale)).toMatchObject({ kind: 'paid' });
    await isPlatforms(sale);
  });
});

test('administrators list the orders that the platform took, with the organizer to whom it owes them', async () => {
  const paidOut = await held();
  await pay(paidOut);
  const disabled = await held();
  enableAccount(disabled.account, false);
  await pay(disabled);
  // As before Connect was turned on.
  const early = await held(1, { payout_account: null });
  await pay(early);
  type Listed = { items: { id: string; organizer: { id: number } }[]; next: string | null };
  const list = (by: TestUser, query: object) =>
    request(system.app).get('/api/orders/paid-to-platform').query(query).set(by.bearer);
  const admin = await system.user('admin');
  const first = (await list(admin, { limit: 1 }).expect(200)).body as Listed;
  const second = (await list(admin, { limit: 1, after: first.next }).expect(200)).body as Listed;
  expect(first.items).toMatchObject([{ id: early.hold.holdId, organizer: { id: early.organizer.userId } }]);
  expect(first.items[0]).not.toHaveProperty('account');
  expect(second.items).toMatchObject([
    {
      id: disabled.hold.holdId,
      organizer: { id: disabled.organizer.userId, email: disabled.organizer.email },
      account: disabled.account.id,
      payment: { provider: 'stripe' },
    },
  ]);
  const all = (await list(admin, { limit: 100 }).expect(200)).body as Listed;
  expect(all.items.map(({ id }) => id)).not.toContain(paidOut.hold.holdId);
  await list(early.organizer, {}).expect(403);
  await list(admin, { limit: 0 }).expect(422);
});

describe('a refund', () => {
  test('takes its part back from the organizer and from the platform’s fee', async () => {
    const sale = await held();
    await pay(sale);
    await refund(sale, [sale.hold.seats[0]!]).expect(200);
    await refund(sale).expect(200);
    const expected = { reverse_transfer: 'true', refund_application_fee: 'true' };
    expect(refundsAsked(sale)).toMatchObject([{ form: expected }, { form: expected }]);
    const [intent] = intentsOf(sale);
    expect(intent!.refunds.reduce((sum, { amount }) => sum + amount, 0)).toBe(intent!.amount);
  });

  test('does not wait for an account that is gone: the platform gives the money, once', async () => {
    const sale = await held();
    await pay(sale);
    sale.account.hasLeft = true;
    for (let round = 0; round < 2; round += 1) {
      await refund(sale);
      await createRefunding(system.deps)();
      system.stripe!.forgetIdempotencyKeys();
    }
    expect(intentsOf(sale)[0]!.refunds).toMatchObject([{ status: 'succeeded', transfer_reversal: null }]);
    expect(await system.db('orders').where({ id: sale.hold.holdId }).first()).toMatchObject({
      status: 'refunded',
    });
  });

  test('whose money comes back from the bank is sent again without taking it from the organizer twice', async () => {
    const sale = await held();
    await pay(sale);
    await refund(sale, [sale.hold.seats[0]!]).expect(200);
    intentsOf(sale)[0]!.refunds[0]!.status = 'failed';
    await system.db('refunds').where({ order_id: sale.hold.holdId }).update({ returned_at: new Date() });
    await createRefunding(system.deps)();
    expect(intentsOf(sale)[0]!.refunds).toMatchObject([
      { status: 'failed', transfer_reversal: expect.any(String) as string },
      { status: 'succeeded', transfer_reversal: null },
    ]);
  });

  test('of a charge without seats takes all of it back', async () => {
    const sale = await held();
    expect(await pay(sale, 'pm_card_authenticationRequired')).toMatchObject({ kind: 'open' });
    await system.answerChallenge(sale.hold.holdId, true);
    await system.db('payment_attempts').where({ hold_id: sale.hold.holdId }).update({ status: 'refund_due' });
    await reconcilePayments(system.deps, { everyMs: 0, abandonedAfterMs: 0, now: afterPayBy });
    await createRefunding(system.deps)();
    expect(refundsAsked(sale)).toMatchObject([
      { form: { reverse_transfer: 'true', refund_application_fee: 'true' } },
    ]);
  });
});
