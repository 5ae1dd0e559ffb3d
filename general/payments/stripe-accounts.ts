/**
 * Stripe Connect: organizers' accounts, and charges that go to them. All charges, refunds and disputes stay on the
 * platform's account; Stripe transfers the money of each charge (docs/decisions/042-organizers-are-paid-by-connect.md).
 */
import StripeApi from 'stripe';
import type { FoundAccount, PayoutAccounts } from './payout-accounts.ts';
import type { Charge, Undecided } from './provider.ts';
import { toStripe } from './stripe-amounts.ts';

type OnFault = (error: unknown, what: string) => Undecided;

/** Clocks differ, ours from Stripe's. */
const clockToleranceSeconds = 600;

export function stripeAccounts(stripe: StripeApi, isRequired: boolean, onFault: OnFault): PayoutAccounts {
  /** Stripe forgets idempotency keys after some days, so the account also carries its key. */
  const findOpened = async (key: string, since: Date): Promise<StripeApi.Account | undefined> => {
    const gte = Math.floor(since.getTime() / 1000) - clockToleranceSeconds;
    for await (const each of stripe.accounts.list({ created: { gte }, limit: 100 }))
      if (each.metadata?.['account_key'] === key) return each;
    return undefined;
  };

  return {
    isRequired,

    async open(key, askedSince) {
      try {
        const found = askedSince && (await findOpened(key, askedSince));
        // The parameters are the same for every organizer: Stripe refuses a key that comes with others.
        const account = found ?? (await stripe.accounts.create(accountOf(key), { idempotencyKey: key }));
        return { kind: 'account', account: factsOf(account) };
      } catch (error) {
        return refusalIn(error) ?? onFault(error, 'open an account');
      }
    },

    async find(ref) {
      try {
        return { kind: 'account', account: factsOf(await stripe.accounts.retrieve(ref)) };
      } catch (error) {
        return isGone(error) ? { kind: 'gone' } : onFault(error, 'read an account');
      }
    },

    async link(ref, { returnUrl, refreshUrl }) {
      try {
        const { url } = await stripe.accountLinks.create({
          account: ref,
          type: 'account_onboarding',
          return_url: returnUrl,
          refresh_url: refreshUrl,
        });
        return { kind: 'link', url };
      } catch (error) {
        if (isGone(error)) return { kind: 'gone' };
        return refusalIn(error) ?? onFault(error, 'make an account link');
      }
    },
  };
}

/**
 * Stripe collects the details and shows the organizer their payouts. The platform pays Stripe's fees, and bears what an
 * account owes, so that every refund can be taken from it.
 */
function accountOf(key: string): StripeApi.AccountCreateParams {
  return {
    controller: {
      fees: { payer: 'application' },
      losses: { payments: 'application' },
      stripe_dashboard: { type: 'express' },
    },
    capabilities: { card_payments: { requested: true }, transfers: { requested: true } },
    metadata: { account_key: key },
  };
}

function factsOf({ id, requirements, ...account }: StripeApi.Account): FoundAccount {
  const due = [...(requirements?.currently_due ?? []), ...(requirements?.past_due ?? [])];
  const isActive = (capability: 'card_payments' | 'transfers') =>
    account.capabilities?.[capability] === 'active';
  return {
    ref: id,
    // A charge for the account needs all three.
    chargesEnabled: account.charges_enabled && isActive('card_payments') && isActive('transfers'),
    payoutsEnabled: account.payouts_enabled,
    detailsSubmitted: account.details_submitted,
    detailsDue: due.length > 0 || !account.details_submitted,
  };
}

/** What a charge says about where its money goes; nothing if it is the platform's. */
export function destinationOf({ payout, currency }: Pick<Charge, 'payout' | 'currency'>) {
  if (!payout) return {};
  const { account, fee } = payout;
  return {
    // The organizer sells the tickets: their name is on the buyer's statement, and their country's rules apply.
    on_behalf_of: account,
    transfer_data: { destination: account },
    ...(fee > 0 && { application_fee_amount: toStripe({ amount: fee, currency }) }),
  };
}

/** What a refund takes back from the organizer and from the platform's fee: its part of either. */
export function reversalOf({ payout }: Pick<Charge, 'payout'>) {
  if (!payout) return {};
  // Stripe refuses to refund a fee where none was taken.
  return { reverse_transfer: true, ...(payout.fee > 0 && { refund_application_fee: true }) };
}

/** Whether Stripe refuses a charge because of the account that is to get its money. */
export function isAccountRefusal(error: unknown): boolean {
  if (!isRefused(error)) return false;
  const { code = '', param = '' } = error;
  return accountFaults.has(code) || /^(transfer_data|on_behalf_of)/.test(param);
}

const accountFaults = new Set([
  'account_invalid',
  'account_closed',
  'insufficient_capabilities_for_transfer',
]);

/** A missing permission of our key has another code, and says nothing about the account. */
const isGone = (error: unknown) =>
  isRefused(error) && ['account_invalid', 'resource_missing'].includes(error.code ?? '');

const isRefused = (error: unknown) =>
  error instanceof StripeApi.errors.StripeInvalidRequestError ||
  error instanceof StripeApi.errors.StripePermissionError;

function refusalIn(error: unknown): { kind: 'refused'; reason: string } | undefined {
  if (!(error instanceof StripeApi.errors.StripeInvalidRequestError)) return undefined;
  return { kind: 'refused', reason: error.code ?? 'invalid_request' };
}
