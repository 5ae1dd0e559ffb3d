/** The general tier with everything a drop needs: the real broker, and a payment provider on its own port. */
import { randomBytes } from 'node:crypto';
import { API_KEY, startSandbox, WEBHOOK_SECRET } from '../../local/sandbox-payments/start-sandbox.ts';
import { createAnnouncer } from '../../shared/messages/announce.ts';
import { connectBroker, type BrokerChannel } from '../../shared/messages/connect.ts';
import { Topology } from '../../shared/messages/topology.ts';
import { signCheckoutToken } from '../../shared/auth/checkout-token.ts';
import { loadDrop, type Drop } from '../../shared/drops/drop.ts';
import { newBatchId } from '../../shared/inventory/entry-id.ts';
import type { NewHold } from '../../shared/inventory/hold.ts';
import type { Place } from '../../shared/inventory/keys.ts';
import { connectRedis } from '../../shared/redis/connect.ts';
import { testServers } from '../servers.ts';
import { createTill } from '../../general/checkout/till.ts';
import { createParkedMessages } from '../../general/parked/parked-messages.ts';
import type { NewDrop } from '../../shared/contract/drops.ts';
import type { PlatformFees } from '../../general/drops/platform-fees.ts';
import type { PaymentProvider } from '../../general/payments/provider.ts';
import { createPayuPayments } from '../../general/payments/payu.ts';
import { createSandboxPayments } from '../../general/payments/sandbox.ts';
import { createStripePayments } from '../../general/payments/stripe.ts';
import type { Deps } from '../../general/deps.ts';
import { createDrop, openDrop } from './new-drop.ts';
import { findUser } from '../../general/accounts/user.ts';
import { startGeneral, type TestGeneral, type TestUser } from './start-general.ts';
import { payuAccount } from './payu-book.ts';
import { startPayu, type TestPayu } from './start-payu.ts';
import { startStripe, type TestStripe } from './start-stripe.ts';

/** `refunds`: how many; `givenBack`: minor units, by all of them. */
type ChargeSeen = { approved: boolean; refunds: number; givenBack: number; amount: number };
type SandboxCharge = { status: string; refunds: number; refundedAmount: number; amount: number };

export type GeneralSystem = TestGeneral & {
  sandbox: Awaited<ReturnType<typeof startSandbox>>;
  /** Only if Stripe is the provider. */
  stripe: TestStripe | undefined;
  /** Only if PayU is the provider. It has no cards that a test could send. */
  payu: TestPayu | undefined;
  /** Test cards of the provider. */
  cards: { approved: string; declined: string; challenge: string };
  /** The buyer answers the bank, for the latest payment of a hold. */
  answerChallenge: (holdId: string, approve: boolean) => Promise<unknown>;
  /** Charges of the provider for all attempts of a hold. */
  chargesOf: (holdId: string) => Promise<ChargeSeen[]>;
  organizer: TestUser;
  redis: ReturnType<typeof connectRedis>;
  /** A channel for the test's own use, and the queue names. */
  broker: { channel: BrokerChannel; topology: Topology };
  /** Creates an open drop with `seats` seats in one row. */
  openDrop: (seats?: number, terms?: Partial<Omit<NewDrop, 'sections'>>) => Promise<Drop>;
  /** Claims seats for this buyer as the consumer does, and signs the checkout token. */
  hold: (
    drop: Drop,
    buyer: TestUser,
    quantity?: number,
  ) => Promise<{ place: Place; hold: NewHold; token: string }>;
};

async function answerChallenge(
  { sandbox, stripe }: Pick<GeneralSystem, 'sandbox' | 'stripe'>,
  holdId: string,
  approve: boolean,
): Promise<unknown> {
  if (stripe) return stripe.answerChallenge(stripe.of(holdId).at(-1)!.client_secret, approve);
  const { charges } = (await sandbox.list(`${holdId}.`)).body as { charges: { secret: string }[] };
  return sandbox.answerChallenge(charges.at(-1)!.secret, approve);
}

export const stripeWebhookSecret = 'whsec_of_the_test_0123456789';
/** Signs events of connected accounts. */
export const connectWebhookSecret = 'whsec_of_accounts_0123456789';

const testStripeKeys = {
  secretKey: 'sk_test_0123456789',
  webhookSecret: stripeWebhookSecret,
  publishableKey: 'pk_test_0123456789',
  methods: ['card'],
};

const testCards = {
  sandbox: { approved: 'tok_approved', declined: 'tok_declined', challenge: 'tok_challenge' },
  stripe: {
    approved: 'pm_card_visa',
    declined: 'pm_card_chargeDeclined',
    challenge: 'pm_card_authenticationRequired',
  },
  payu: { approved: 'none', declined: 'none', challenge: 'none' },
};

/** A moment at which the time to pay of every attempt is over, for `reconcilePayments`. */
export const afterPayBy = (): number => Date.now() + 24 * 3_600_000;

export type GeneralOptions = {
  timeoutMs?: number;
  lateMs?: number;
  provider?: 'sandbox' | 'stripe' | 'payu';
  /** Default: none. */
  platformFees?: PlatformFees;
  /** With Stripe: organizers are paid by Connect. */
  connect?: { isRequired: boolean };
};

export async function startGeneralSystem(options: GeneralOptions = {}): Promise<GeneralSystem> {
  const { timeoutMs = 2_000, lateMs = 100, provider = 'sandbox', platformFees, connect } = options;
  const sandbox = await startSandbox({ lateMs });
  const stripe = provider === 'stripe' ? await startStripe() : undefined;
  const payu = provider === 'payu' ? await startPayu() : undefined;
  const redis = connectRedis(testServers().redisNodes, silent);
  const broker = await connectBroker(testServers().amqpUrl, silent);
  const topology = new Topology(`test-${randomBytes(4).toString('hex')}`, 1);
  const channel = await broker.channel('timers', (opened) => topology.assertExpired(opened));
  const parkedChannel = await broker.channel('parked', (opened) => topology.assertEntries(opened));

  const general = await startGeneral({
    ...(platformFees && { platformFees }),
    checkoutParts: ({ db, inventory, findTerms, checkoutKeys, ...bare }) => ({
      announcer: createAnnouncer({ redis, inventory, channel, topology, checkoutKeys }),
      parked: createParkedMessages(parkedChannel, topology),
      payments: testPayments({ sandbox, stripe, payu }, { db, timeoutMs, connect, ...bare }),
      till: createTill(db, findTerms),
    }),
  });
  const organizer = await general.user('organizer');
  const holdSecondsUsed = new Set<number>();

  return {
    ...general,
    sandbox,
    stripe,
    payu,
    cards: testCards[provider],
    answerChallenge: (holdId, approve) => answerChallenge({ sandbox, stripe }, holdId, approve),
    async chargesOf(holdId) {
      if (payu) return payuCharges(payu, holdId);
      if (stripe) {
        return stripe.of(holdId).map(({ status, refunds, amount }) => ({
          approved: status === 'succeeded',
          refunds: refunds.length,
          givenBack: refunds.reduce((sum, each) => sum + each.amount, 0),
          amount,
        }));
      }
      const { charges } = (await sandbox.list(`${holdId}.`)).body as { charges: SandboxCharge[] };
      return charges.map(({ status, refundedAmount: givenBack, ...charge }) => {
        const { refunds, amount } = charge;
        return { approved: status === 'approved', refunds, givenBack, amount };
      });
    },
    organizer,
    redis,
    broker: { channel, topology },
    async openDrop(seats = 4, terms = {}) {
      const sections = [{ name: 'Stalls', rows: 1, seatsPerRow: seats }];
      const price = { amount: 4500, currency: payu ? 'INR' : 'EUR' };
      const { id } = await createDrop(general, organizer, { sections, price, ...terms });
      await openDrop(general, id);
      holdSecondsUsed.add(terms.holdSeconds ?? 300);
      return (await loadDrop(general.db, id))!;
    },
    async hold(drop, buyer, quantity = 1) {
      const place = { dropId: drop.id, partition: 0 };
      const batch = { id: newBatchId(), packed: `${buyer.userId}:${quantity}` };
      const result = await general.inventory.claim(place, batch, { mayBorrow: false });
      const outcome = result.kind === 'decided' ? result.outcomes[0] : undefined;
      if (outcome?.kind !== 'held') throw new Error(`not held: ${JSON.stringify(result)}`);
      const token = signCheckoutToken({ ...place, ...outcome.hold }, general.deps.checkoutKeys);
      return { place, hold: outcome.hold, token };
    },
    async stop() {
      const opened = channel.current();
      for (const queue of [topology.expired, topology.parked, topology.entryQueue(0)])
        await opened?.deleteQueue(queue);
      await opened?.deleteExchange(topology.entries);
      for (const seconds of holdSecondsUsed) await opened?.deleteQueue(topology.waitingQueue(seconds));
      await broker.close();
      redis.disconnect();
      await general.stop();
      await sandbox.stop();
      await stripe?.stop();
      await payu?.stop();
    },
  };
}

type TestPaymentDeps = Pick<Deps, 'db' | 'log' | 'publicUrl'> & {
  timeoutMs: number;
  connect: GeneralOptions['connect'];
};

function testPayments(
  { sandbox, stripe, payu }: Pick<GeneralSystem, 'sandbox' | 'stripe' | 'payu'>,
  { db, log, publicUrl, timeoutMs, connect }: TestPaymentDeps,
): PaymentProvider {
  if (stripe)
    return createStripePayments({
      ...testStripeKeys,
      apiUrl: stripe.url,
      timeoutMs,
      ...(connect && { connect: { ...connect, webhookSecret: connectWebhookSecret } }),
      log,
    });
  if (payu) {
    return createPayuPayments({
      ...payuAccount,
      pageUrl: `${payu.url}/_payment`,
      apiUrl: `${payu.url}/merchant/postservice.php?form=2`,
      returnUrl: new URL('/api/payments/return', publicUrl).href,
      findBuyer: (id) => findUser(db, { id }),
      timeoutMs,
      log,
    });
  }
  return createSandboxPayments({
    url: sandbox.url,
    apiKey: API_KEY,
    webhookSecret: WEBHOOK_SECRET,
    timeoutMs,
    log,
  });
}

const paiseIn = (rupees: string | undefined) => Math.round(Number(rupees) * 100);

const payuCharges = (payu: TestPayu, holdId: string): ChargeSeen[] =>
  payu.of(holdId).map(({ status, refunds, fields }) => {
    const given = refunds.filter((refund) => refund.status !== 'failure');
    return {
      approved: status === 'success',
      refunds: given.length,
      amount: paiseIn(fields['amount']),
      givenBack: given.reduce((sum, { amount }) => sum + paiseIn(amount), 0),
    };
  });

const noop = () => {};
const silent = { info: noop, warn: noop, error: noop, debug: noop } as unknown as Parameters<
  typeof connectBroker
>[1];
