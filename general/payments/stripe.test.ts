/**
 * The provider `stripe` against stripe-mock, which checks that Stripe accepts every request, with a state added to it
 * (testing/general/start-stripe.ts says what that proves and what it does not).
 */
import StripeApi from 'stripe';
import { captureLog } from '../../testing/captured-log.ts';
import { startStripe, type TestStripe } from '../../testing/general/start-stripe.ts';
import type { Charge } from './provider.ts';
import { createStripePayments } from './stripe.ts';

const webhookSecret = 'whsec_of_the_test_0123456789';
const { log, lines } = captureLog();
let stripe: TestStripe;
let payments: ReturnType<typeof createStripePayments>;
beforeAll(async () => {
  stripe = await startStripe();
  payments = createStripePayments({
    secretKey: 'sk_test_0123456789',
    webhookSecret,
    publishableKey: 'pk_test_0123456789',
    methods: ['card'],
    apiUrl: stripe.url,
    timeoutMs: 2_000,
    log,
  });
}, 120_000);
afterAll(() => stripe.stop());

let count = 0;
const newCharge = (): Charge => ({ key: `0123456789abcd-${(count += 1)}.1`, amount: 4500, currency: 'EUR' });
const intentsOf = ({ key }: Charge) =>
  [...stripe.intents.values()].filter(({ metadata }) => metadata['charge_key'] === key);
const requestsOf = ({ key }: Charge) =>
  stripe.asked.filter(({ idempotencyKey }) => idempotencyKey?.startsWith(key));

const rememberIn = (charge: Charge) => (ref: string) => {
  charge.ref = ref;
  return Promise.resolve(true);
};

/** Charges as checkout does: the remembered id is passed in later calls. */
const pay = (charge: Charge, token = 'pm_card_visa') =>
  payments.confirm({ ...charge, token, remember: rememberIn(charge) });
const open = (step: 'choose' | 'challenge', charge: Charge) => ({
  kind: 'open',
  action: {
    provider: 'stripe',
    step,
    publishableKey: 'pk_test_0123456789',
    clientSecret: intentsOf(charge)[0]!.client_secret,
    amount: intentsOf(charge)[0]!.amount,
    currency: intentsOf(charge)[0]!.currency,
    methods: ['card'],
  },
});

test('a charge is made as Stripe wants it: intent, then confirmation, each under a key of its own', async () => {
  const charge = newCharge();
  expect(await pay(charge)).toEqual({ kind: 'approved', ref: charge.ref });
  expect(requestsOf(charge)).toEqual([
    {
      method: 'POST',
      path: '/v1/payment_intents',
      idempotencyKey: charge.key,
      status: 200,
      form: {
        amount: '4500',
        currency: 'eur',
        'automatic_payment_methods[enabled]': 'true',
        'automatic_payment_methods[allow_redirects]': 'never',
        'allowed_payment_method_types[0]': 'card',
        'metadata[charge_key]': charge.key,
      },
    },
    {
      method: 'POST',
      path: `/v1/payment_intents/${charge.ref}/confirm`,
      idempotencyKey: expect.stringMatching(/\.1\.confirm\.[0-9a-f]{16}$/) as string,
      status: 200,
      form: { payment_method: 'pm_card_visa', use_stripe_sdk: 'true' },
    },
  ]);
});

test('amounts are sent in Stripe’s units, and what they cannot express is neither charged nor refunded', async () => {
  const charge = { ...newCharge(), amount: 5000, currency: 'ISK' };
  await pay(charge);
  expect(intentsOf(charge)).toMatchObject([{ amount: 500_000 }]);
  const refund = (amount: number) =>
    payments.refund({ charge, key: `${charge.key}.refund.${amount}`, amount });
  expect(await refund(1000)).toMatchObject({ kind: 'refunded' });
  expect(intentsOf(charge)[0]!.refunds).toMatchObject([{ amount: 100_000 }]);

  const odd = { ...newCharge(), amount: 5124, currency: 'KWD' };
  expect(await pay(odd)).toEqual({ kind: 'declined', reason: 'amount_not_charged' });
  expect(requestsOf(odd)).toEqual([]);
  const round = { ...newCharge(), amount: 5120, currency: 'KWD' };
  await pay(round);
  expect(await payments.refund({ charge: round, key: `${round.key}.refund.1`, amount: 1001 })).toEqual({
    kind: 'failed',
    reason: 'amount_not_refunded',
  });
});

test('stripe-mock would have noticed a request that Stripe does not take', async () => {
  const client = new StripeApi('sk_test_0123456789', {
    protocol: 'http',
    host: '127.0.0.1',
    port: new URL(stripe.url).port,
  });
  const wrong = {
    amount: 4500,
    currency: 'eur',
    allow_redirects: 'never',
  } as unknown as StripeApi.PaymentIntentCreateParams;
  await expect(client.paymentIntents.create(wrong)).rejects.toMatchObject({ statusCode: 400 });
});

test('a card that is declined leaves the payment open for another card; the same card is not tried twice', async () => {
  const charge = newCharge();
  for (const _ of [1, 2])
    expect(await pay(charge, 'pm_card_chargeDeclined')).toEqual({
      ...open('choose', charge),
      declined: 'generic_decline',
      declinedCard: {
        tryId: intentsOf(charge)[0]!.last_payment_error!.charge,
        fingerprint: 'fingerprint_of_pm_card_chargeDeclined',
      },
    });
  expect(await payments.find(charge)).toMatchObject({ kind: 'open', declined: 'generic_decline' });
  expect(await pay(charge, 'pm_card_visa')).toEqual({ kind: 'approved', ref: charge.ref });
  expect(intentsOf(charge)).toMatchObject([{ status: 'succeeded' }]);
});

test('begun without a card, it moves no money, and beginning again finds the same payment', async () => {
  const charge = newCharge();
  const begin = () => payments.begin({ ...charge, remember: rememberIn(charge) });
  const first = await begin();
  expect(first).toEqual(open('choose', charge));
  expect(await begin()).toEqual(first);
  expect(intentsOf(charge)).toMatchObject([{ status: 'requires_payment_method' }]);
});

test.each([
  [true, { kind: 'approved' }],
  [false, { kind: 'open', declined: 'payment_intent_authentication_failure' }],
])('the bank asks the buyer, whose answer is %s', async (approve, expected) => {
  const charge = newCharge();
  const token = await stripe.confirmationToken('pm_card_authenticationRequired');
  expect(await pay(charge, token)).toEqual(open('challenge', charge));
  expect(await payments.find(charge)).toEqual(open('challenge', charge));
  await stripe.answerChallenge(intentsOf(charge)[0]!.client_secret, approve);
  expect(await payments.find(charge)).toMatchObject(expected);
});

test('a payment for which the bank asks can be cancelled; the buyer’s answer comes too late', async () => {
  const charge = newCharge();
  await pay(charge, 'pm_card_authenticationRequired');
  expect(await payments.cancel(charge)).toMatchObject({ kind: 'declined' });
  await stripe.answerChallenge(intentsOf(charge)[0]!.client_secret, true);
  expect(await payments.find(charge)).toMatchObject({ kind: 'declined' });
});

test('a card is known by its fingerprint before it is charged, an unknown one is no card', async () => {
  const token = await stripe.confirmationToken('pm_card_visa');
  const same = { kind: 'card', fingerprint: 'fingerprint_of_pm_card_visa' };
  expect(await payments.cardOf(token)).toEqual(same);
  expect(await payments.cardOf('pm_card_visa')).toEqual(same);
  for (const unknown of ['pm_nonsense', 'ctoken_nonsense'])
    expect(await payments.cardOf(unknown)).toEqual({ kind: 'unknown_token' });
});

test('a token that Stripe does not know charges nothing, and leaves the payment open', async () => {
  const charge = newCharge();
  expect(await pay(charge, 'pm_nonsense')).toEqual({ kind: 'unknown_token' });
  expect(await payments.find(charge)).toEqual(open('choose', charge));
});

test('an amount that Stripe does not take is declined, not asked for forever', async () => {
  const charge = { ...newCharge(), amount: 10 };
  expect(await pay(charge)).toEqual({ kind: 'declined', reason: 'amount_too_small' });
  expect(await payments.cancel(charge)).toEqual({ kind: 'declined', reason: 'amount_too_small' });
});

describe.each(['request_lost', 'answer_lost', 'fails'] as const)('when %s', (what) => {
  // The library repeats a failed request once; two accidents make it fail.
  const twice = (path: RegExp) => [1, 2].forEach(() => stripe.accident(path, what));

  test('once, it is repeated under the same key: one intent, one charge', async () => {
    const charge = newCharge();
    stripe.accident(/payment_intents$/, what);
    stripe.accident(/confirm$/, what);
    expect(await pay(charge)).toMatchObject({ kind: 'approved' });
    expect(intentsOf(charge)).toMatchObject([{ status: 'succeeded' }]);
  });

  test('and the intent’s id is not learnt, nothing is charged; given up, nothing ever is', async () => {
    const charge = newCharge();
    twice(/payment_intents$/);
    expect(await pay(charge)).toEqual({ kind: 'undecided' });
    expect(charge.ref).toBeUndefined();
    expect(await payments.find(charge)).toEqual({ kind: 'unknown' });
    expect(await payments.cancel(charge)).toMatchObject({ kind: 'declined' });
    expect(intentsOf(charge)).toMatchObject([{ status: 'canceled' }]);
  });

  test('and the confirmation is in doubt, the intent says what became of it', async () => {
    const charge = newCharge();
    twice(/confirm$/);
    expect(await pay(charge)).toEqual({ kind: 'undecided' });
    const arrived = what === 'answer_lost';
    expect(await payments.find(charge)).toEqual(
      arrived ? { kind: 'approved', ref: charge.ref } : open('choose', charge),
    );
    expect(await payments.cancel(charge)).toMatchObject({ kind: arrived ? 'approved' : 'declined' });
    expect(intentsOf(charge)).toMatchObject([{ status: arrived ? 'succeeded' : 'canceled' }]);
  });
});

test('a request that comes back to life after its attempt was given up charges nothing', async () => {
  const charge = newCharge();
  const stalled = payments.confirm({
    ...charge,
    token: 'pm_card_visa',
    // The reconciler is faster: it does not know the id, looks it up, and cancels.
    remember: async () => {
      expect(await payments.cancel(charge)).toMatchObject({ kind: 'declined' });
      return true;
    },
  });
  expect((await stalled).kind).not.toBe('approved');
  expect(intentsOf(charge)).toMatchObject([{ status: 'canceled' }]);

  const refused = newCharge();
  const given = await payments.confirm({
    ...refused,
    token: 'pm_card_visa',
    remember: () => Promise.resolve(false),
  });
  expect(given).toEqual({ kind: 'undecided' });
  expect(intentsOf(refused)).toMatchObject([{ status: 'requires_payment_method' }]);
});

test('what a bank thinks about is pending, and approved once it has said so', async () => {
  const charge = newCharge();
  expect(await pay(charge, 'pm_slow')).toEqual({ kind: 'undecided' });
  expect(await payments.find(charge)).toEqual({ kind: 'pending' });
  expect(await payments.cancel(charge)).toEqual({ kind: 'undecided' });
  intentsOf(charge)[0]!.status = 'succeeded';
  expect(await payments.find(charge)).toEqual({ kind: 'approved', ref: charge.ref });
});

describe('a refund', () => {
  const part = (charge: Charge, number: number, amount: number) =>
    payments.refund({ charge, key: `${charge.key}.refund.${number}`, amount });

  test('is made once, also after Stripe has forgotten our keys', async () => {
    const charge = newCharge();
    await pay(charge);
    stripe.accident(/refunds$/, 'answer_lost');
    for (let round = 0; round < 2; round += 1) {
      const { kind } = await part(charge, 1, 1000);
      expect(kind).toBe('refunded');
      expect(await part(charge, 1, 1000)).toEqual({
        kind: 'refunded',
        ref: intentsOf(charge)[0]!.refunds[0]!.id,
      });
      stripe.forgetIdempotencyKeys();
    }
    expect(intentsOf(charge)[0]!.refunds).toMatchObject([{ amount: 1000 }]);
  });

  test('of a part leaves the rest, and nothing is given back twice', async () => {
    const charge = newCharge();
    await pay(charge);
    expect(await part(charge, 1, 1000)).toMatchObject({ kind: 'refunded' });
    expect(await part(charge, 2, charge.amount)).toEqual({ kind: 'failed', reason: 'amount_too_large' });
    expect(await part(charge, 3, charge.amount - 1000)).toMatchObject({ kind: 'refunded' });
    // All of it has gone back, so this part has as well.
    expect(await part(charge, 4, 1)).toEqual({ kind: 'refunded' });
    const given = intentsOf(charge)[0]!.refunds.reduce((sum, { amount }) => sum + amount, 0);
    expect(given).toBe(charge.amount);
  });

  test('that failed at the bank is told with its reason, and is made anew', async () => {
    const charge = newCharge();
    await pay(charge);
    await part(charge, 1, 1000);
    const [first] = intentsOf(charge)[0]!.refunds;
    first!.status = 'failed';
    const again = await part(charge, 1, 1000);
    expect(again).toEqual({ kind: 'refunded', ref: intentsOf(charge)[0]!.refunds[1]!.id });
    expect(await part(charge, 1, 1000)).toEqual(again);
    expect(intentsOf(charge)[0]!.refunds).toHaveLength(2);
  });
});

test('disputes and refunds are in minor units of ISO 4217, whatever Stripe counts in', async () => {
  const charge = newCharge();
  await pay(charge);
  const [intent] = intentsOf(charge);
  const dispute = stripe.dispute(intent!, { amount: 5000, currency: 'isk' });
  expect(await payments.findDispute(dispute.id)).toMatchObject({
    dispute: { amount: 50, currency: 'ISK', chargeRef: charge.ref },
  });
  stripe.refundOutside({ ...intent!, currency: 'mga' }, 20);
  expect(await payments.findRefunds(charge.ref!)).toMatchObject({
    refunds: [{ amount: 2000, currency: 'MGA', key: undefined }],
  });
});

describe('a webhook', () => {
  const signed = (payload: object, { secret = webhookSecret, age = 0 } = {}) => {
    const body = Buffer.from(JSON.stringify(payload));
    const timestamp = Math.floor(Date.now() / 1000) - age;
    const header = StripeApi.webhooks.generateTestHeaderString({
      payload: body.toString(),
      secret,
      timestamp,
    });
    return { body, header: (name: string) => (name === 'stripe-signature' ? header : undefined) };
  };
  const event = (object: object) => ({
    id: 'evt_1',
    object: 'event',
    type: 'payment_intent.succeeded',
    livemode: false,
    data: { object },
  });
  const ours = event({ object: 'payment_intent', metadata: { charge_key: 'k.1' } });

  test('names the charge it is about', () => {
    const { body, header } = signed(ours);
    expect(payments.readWebhook(body, header)).toEqual([{ kind: 'charge', key: 'k.1' }]);
  });

  test('about anything else is noted, so that it is not told again', () => {
    for (const object of [{ object: 'payout' }, { metadata: null }, { metadata: { charge_key: 7 } }]) {
      const { body, header } = signed(event(object));
      expect(payments.readWebhook(body, header)).toEqual([{ kind: 'other' }]);
    }
  });

  test('with a signature of another secret, for another body, too old, or none is refused', () => {
    const { body, header } = signed(ours);
    const other = signed(ours, { secret: 'whsec_of_somebody_else_012345' });
    const old = signed(ours, { age: 301 });
    expect(payments.readWebhook(body, other.header)).toBeUndefined();
    expect(payments.readWebhook(old.body, old.header)).toBeUndefined();
    expect(payments.readWebhook(Buffer.concat([body, Buffer.from(' ')]), header)).toBeUndefined();
    expect(payments.readWebhook(body, () => undefined)).toBeUndefined();
    expect(payments.readWebhook(body, () => 't=1,v1=00')).toBeUndefined();
  });
});

test('nothing that was logged holds a key or a card', () => {
  const text = JSON.stringify(lines);
  expect(lines.length).toBeGreaterThan(0);
  for (const secret of ['sk_test_0123456789', webhookSecret, 'pm_card_visa'])
    expect(text).not.toContain(secret);
});
