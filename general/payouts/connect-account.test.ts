/** Organizers connect accounts at Stripe, which is asked again whenever it says that something has changed. */
import request from 'supertest';
import { connectOrganizer, tellOfAccount } from '../../testing/general/connected-organizer.ts';
import {
  connectWebhookSecret,
  startGeneralSystem,
  type GeneralSystem,
} from '../../testing/general/general-system.ts';
import { enableAccount } from '../../testing/general/stripe-accounts.ts';
import { sendStripeWebhook } from '../../testing/general/stripe-webhook.ts';
import type { TestUser } from '../../testing/general/start-general.ts';
import { actorOf } from '../audit/record-act.ts';
import type { PayoutAccounts } from '../payments/payout-accounts.ts';
import { payoutAccounts } from './account.ts';
import { askAccount } from './ask-account.ts';
import { connectAccount } from './connect-account.ts';

let system: GeneralSystem;
beforeAll(async () => {
  system = await startGeneralSystem({ provider: 'stripe', connect: { isRequired: true } });
}, 120_000);
afterAll(() => system.stop());

const path = '/api/payout-account';
const connect = (organizer: TestUser) => request(system.app).post(path).set(organizer.bearer);
const stateOf = async (organizer: TestUser) =>
  (await request(system.app).get(path).set(organizer.bearer).expect(200)).body as { state: string };
const check = async (organizer: TestUser) =>
  (await request(system.app).post(`${path}/check`).set(organizer.bearer).expect(200)).body as {
    state: string;
  };
const rowsOf = ({ userId }: TestUser) =>
  payoutAccounts(system.db).where({ user_id: userId }).orderBy('number');
/** The accounts that Stripe has of this organizer. */
async function accountsOf(organizer: TestUser) {
  const keys = (await rowsOf(organizer)).map(({ open_key }) => open_key);
  return [...system.stripe!.accounts.values()].filter(({ metadata }) =>
    keys.includes(metadata['account_key']!),
  );
}

test('an organizer gets a link, gives the details, and can be paid once Stripe says so', async () => {
  const organizer = await system.user('organizer');
  expect(await stateOf(organizer)).toEqual({ state: 'not_connected', isRequired: true });

  const { body } = await connect(organizer).expect(201);
  const [account] = await accountsOf(organizer);
  expect(body).toEqual({ url: expect.stringContaining(account!.id) as string });
  expect(await stateOf(organizer)).toMatchObject({ state: 'details_needed', account: account!.id });
  const asked = system.stripe!.asked.findLast((each) => each.path === '/v1/account_links');
  expect(asked?.form).toMatchObject({
    type: 'account_onboarding',
    return_url: 'http://127.0.0.1:8080/organize/payouts?from=provider',
    refresh_url: 'http://127.0.0.1:8080/organize/payouts?from=old-link',
  });

  account!.details_submitted = true;
  account!.requirements.currently_due = [];
  expect(await check(organizer)).toMatchObject({ state: 'in_review', detailsSubmitted: true });
  enableAccount(account!);
  expect(await check(organizer)).toEqual({
    state: 'ready',
    isRequired: true,
    account: account!.id,
    chargesEnabled: true,
    payoutsEnabled: true,
    detailsSubmitted: true,
  });
  expect(await stateOf(organizer)).toMatchObject({ state: 'ready' });
});

test('a link that was used or is too old is replaced by another one, to the same account', async () => {
  const organizer = await system.user('organizer');
  const first = (await connect(organizer).expect(201)).body as { url: string };
  const second = (await connect(organizer).expect(201)).body as { url: string };
  expect(second.url).not.toBe(first.url);
  expect(await accountsOf(organizer)).toHaveLength(1);
});

test('two tabs open one account', async () => {
  const organizer = await system.user('organizer');
  await Promise.all([1, 2, 3].map(() => connect(organizer).expect(201)));
  expect(await accountsOf(organizer)).toHaveLength(1);
  expect(await rowsOf(organizer)).toHaveLength(1);
});

describe.each([
  ['at once', false],
  ['after Stripe has forgotten our keys', true],
])('killed after Stripe has opened the account, and tried again %s', (_, isForgotten) => {
  test('there is one account', async () => {
    const organizer = await system.user('organizer');
    let kill = () => {};
    const killed = new Promise<void>((resolve) => (kill = resolve));
    const { accounts } = system.deps.payments;
    const dying: PayoutAccounts = {
      ...accounts!,
      async open(...args) {
        await accounts!.open(...args);
        kill();
        return new Promise(() => {});
      },
    };
    const route = connectAccount({ ...system.deps, payments: { ...system.deps.payments, accounts: dying } });
    const actor = actorOf(organizer, { address: '127.0.0.1', requestId: 'request-1' });
    void route.handle({ session: organizer, actor } as unknown as Parameters<typeof route.handle>[0]);
    await killed;
    expect(await rowsOf(organizer)).toMatchObject([{ provider_ref: null }]);
    expect(await stateOf(organizer)).toMatchObject({ state: 'not_connected' });
    const [account] = await accountsOf(organizer);
    // Stripe's webhook about it comes before its id is known here.
    await tellOfAccount(system, account!).expect(204);

    if (isForgotten) system.stripe!.forgetIdempotencyKeys();
    await connect(organizer).expect(201);
    expect(await accountsOf(organizer)).toEqual([account]);
    expect(await rowsOf(organizer)).toMatchObject([{ provider_ref: account!.id }]);
  });
});

describe.each(['request_lost', 'answer_lost', 'fails'] as const)('when %s twice', (what) => {
  test('the answer is 503, and another try opens one account', async () => {
    const organizer = await system.user('organizer');
    for (const _ of [1, 2]) system.stripe!.accident(/accounts$/, what);
    expect((await connect(organizer).expect(503)).body).toMatchObject({ code: 'unavailable' });
    await connect(organizer).expect(201);
    expect(await accountsOf(organizer)).toHaveLength(1);
  });
});

test('an account that has left the platform is replaced by a new one', async () => {
  const organizer = await system.user('organizer');
  const first = await connectOrganizer(system, organizer);
  first.hasLeft = true;
  await tellOfAccount(system, first, 'account.application.deauthorized').expect(204);
  expect(await stateOf(organizer)).toEqual({ state: 'not_connected', isRequired: true });
  const second = await connectOrganizer(system, organizer);
  expect(second.id).not.toBe(first.id);
  expect(await stateOf(organizer)).toMatchObject({ state: 'ready', account: second.id });
});

test('an account that has left without a word is noticed when a link is wanted', async () => {
  const organizer = await system.user('organizer');
  const first = await connectOrganizer(system, organizer);
  first.hasLeft = true;
  await connect(organizer).expect(201);
  expect(await accountsOf(organizer)).toHaveLength(2);
  expect(await rowsOf(organizer)).toMatchObject([{ ended_at: expect.any(Date) as Date }, { ended_at: null }]);
});

describe('an event', () => {
  test('makes us ask, so an old one, or the same one again, changes nothing wrong', async () => {
    const organizer = await system.user('organizer');
    const account = await connectOrganizer(system, organizer);
    enableAccount(account, false);
    for (const _ of [1, 2]) await tellOfAccount(system, account).expect(204);
    expect(await stateOf(organizer)).toMatchObject({ state: 'details_needed', payoutsEnabled: false });
    enableAccount(account);
    // It was sent when the account was disabled, and says that it had left.
    await tellOfAccount(system, account, 'account.application.deauthorized').expect(204);
    expect(await stateOf(organizer)).toMatchObject({ state: 'ready' });
  });

  test('of another system, of test mode, of the platform itself or about something else has no effect', async () => {
    const organizer = await system.user('organizer');
    const account = await connectOrganizer(system, organizer);
    enableAccount(account, false);
    const before = system.stripe!.asked.length;
    await tellOfAccount(system, { id: 'acct_of_others' }).expect(204);
    await tellOfAccount(system, account, 'account.updated', { livemode: true }).expect(204);
    await tellOfAccount(system, account, 'payout.paid').expect(204);
    await sendStripeWebhook(system, 'account.updated', { object: 'account', id: account.id }).expect(204);
    expect(system.stripe!.asked).toHaveLength(before);
    expect(await stateOf(organizer)).toMatchObject({ state: 'ready' });
  });

  test('of an account is not believed about payments, nor one of the platform about accounts', async () => {
    const key = { object: 'payment_intent', metadata: { charge_key: '0123456789abcd-1.1' } };
    const facts = { account: 'acct_1', secret: connectWebhookSecret };
    const before = system.stripe!.asked.length;
    await sendStripeWebhook(system, 'payment_intent.succeeded', key, facts).expect(204);
    await sendStripeWebhook(system, 'account.updated', { id: 'acct_1' }, { account: 'acct_1' }).expect(204);
    expect(system.stripe!.asked).toHaveLength(before);
  });

  test('with another signature is refused, and one that Stripe cannot explain now comes again', async () => {
    const organizer = await system.user('organizer');
    const account = await connectOrganizer(system, organizer);
    await tellOfAccount(system, account, 'account.updated', { secret: 'whsec_of_others_01234' }).expect(401);
    for (const _ of [1, 2]) system.stripe!.accident(/accounts/, 'fails');
    await tellOfAccount(system, account).expect(503);
    await tellOfAccount(system, account).expect(204);
    expect(await stateOf(organizer)).toMatchObject({ state: 'ready' });
  });
});

test('an answer that is older than another one is not written', async () => {
  const organizer = await system.user('organizer');
  const account = await connectOrganizer(system, organizer);
  const { accounts } = system.deps.payments;
  let isFirst = true;
  const slow: PayoutAccounts = {
    ...accounts!,
    async find(ref) {
      const found = await accounts!.find(ref);
      if (isFirst) {
        isFirst = false;
        enableAccount(account, false);
        await askAccount(system.deps, ref);
      }
      return found;
    },
  };
  await askAccount({ ...system.deps, payments: { ...system.deps.payments, accounts: slow } }, account.id);
  expect(await stateOf(organizer)).toMatchObject({ state: 'details_needed' });
});

test('buyers have no accounts', async () => {
  const buyer = await system.user();
  await connect(buyer).expect(403);
  await request(system.app).get(path).set(buyer.bearer).expect(403);
  expect(await rowsOf(buyer)).toEqual([]);
});

test('a key of ours without the right to read accounts does not end them', async () => {
  const organizer = await system.user('organizer');
  const account = await connectOrganizer(system, organizer);
  system.stripe!.accident(/accounts/, 'forbidden');
  await tellOfAccount(system, account).expect(503);
  expect(await stateOf(organizer)).toMatchObject({ state: 'ready' });
});
