/** What the stand-in for Stripe (start-stripe.ts) has of connected accounts, and what it does with money that is theirs. */
import { failure, type Asked, type StripeAnswer } from './stripe-answers.ts';

export type StripeAccount = {
  id: string;
  charges_enabled: boolean;
  payouts_enabled: boolean;
  details_submitted: boolean;
  requirements: { currently_due: string[]; past_due: string[] };
  capabilities: Record<string, string>;
  metadata: Record<string, string>;
  created: number;
  /** The account has left the platform, which Stripe then denies to know it. */
  hasLeft: boolean;
  /** Stripe refuses charges for a reason that the account does not show. */
  refusesCharges: boolean;
  /** Stripe has not made the transfers of its charges yet. */
  transfersLate: boolean;
};

/** How the money of a charge is shared; nothing if it is the platform's. */
export type Destination = {
  on_behalf_of?: string;
  transfer_data?: { destination: string };
  application_fee_amount?: number;
};

export type StripeAccounts = Map<string, StripeAccount>;

/** Answers requests to /v1/accounts and /v1/account_links. */
export function accountsAnswer(
  accounts: StripeAccounts,
  { method, path, form }: Pick<Asked, 'method' | 'path' | 'form'>,
  example: Record<string, unknown>,
): StripeAnswer {
  const { pathname, searchParams } = new URL(path, 'http://stripe');
  const [, , collection, id] = pathname.split('/');
  if (collection === 'account_links') {
    const account = accounts.get(form['account'] ?? '');
    if (!account || account.hasLeft) return noAccess();
    const url = `https://connect.stripe.test/setup/${account.id}/${(links += 1)}`;
    return { status: 200, body: { ...example, url } };
  }
  if (method === 'GET' && id === undefined) {
    const since = Number(searchParams.get('created[gte]') ?? 0);
    const data = [...accounts.values()].filter(({ created, hasLeft }) => created >= since && !hasLeft);
    return { status: 200, body: { ...example, has_more: false, data: data.map(withObject) } };
  }
  if (id === undefined) return { status: 200, body: { ...example, ...addAccount(accounts, form) } };
  const account = accounts.get(id);
  if (!account || account.hasLeft) return noAccess();
  return { status: 200, body: { ...example, ...withObject(account) } };
}

let links = 0;

const withObject = (account: StripeAccount) => ({ object: 'account', ...account });

const noAccess = () => failure(403, 'invalid_request_error', { code: 'account_invalid' });

function addAccount(accounts: StripeAccounts, form: Record<string, string>): StripeAccount {
  const account: StripeAccount = {
    id: `acct_${accounts.size + 1}${Date.now().toString(36)}`,
    charges_enabled: false,
    payouts_enabled: false,
    details_submitted: false,
    requirements: { currently_due: ['business_type'], past_due: [] },
    capabilities: { card_payments: 'inactive', transfers: 'inactive' },
    metadata: { account_key: form['metadata[account_key]'] ?? '' },
    created: Math.floor(Date.now() / 1000),
    hasLeft: false,
    refusesCharges: false,
    transfersLate: false,
  };
  accounts.set(account.id, account);
  return account;
}

/** The organizer has given all details, and Stripe has accepted them; `false`: Stripe disables the account. */
export function enableAccount(account: StripeAccount, isEnabled = true): void {
  account.charges_enabled = isEnabled;
  account.payouts_enabled = isEnabled;
  account.details_submitted = true;
  account.requirements = { currently_due: isEnabled ? [] : ['individual.id_number'], past_due: [] };
  const state = isEnabled ? 'active' : 'inactive';
  account.capabilities = { card_payments: state, transfers: state };
}

/** What a request to create a PaymentIntent says about where the money goes. */
export function destinationIn(form: Record<string, string>): Destination {
  const { on_behalf_of, 'transfer_data[destination]': destination, application_fee_amount: fee } = form;
  return {
    ...(on_behalf_of !== undefined && { on_behalf_of }),
    ...(destination !== undefined && { transfer_data: { destination } }),
    ...(fee !== undefined && { application_fee_amount: Number(fee) }),
  };
}

/** The charge of a PaymentIntent, if the request asks Stripe to expand it. */
export function chargeIn(
  accounts: StripeAccounts,
  { id, status, transfer_data: data }: Destination & { id: string; status: string },
  path: string,
) {
  if (new URL(path, 'http://stripe').searchParams.get('expand[0]') !== 'latest_charge') return {};
  if (status !== 'succeeded') return { latest_charge: null };
  const isTransferred = data && !accounts.get(data.destination)?.transfersLate;
  const transfer = isTransferred && { transfer: `tr_of_${id}` };
  return { latest_charge: { object: 'charge', id: `ch_of_${id}`, ...transfer } };
}

/** Undefined if the account can get money. */
export function accountFault(
  accounts: StripeAccounts,
  { transfer_data: data }: Destination,
): StripeAnswer | undefined {
  if (!data) return undefined;
  const account = accounts.get(data.destination);
  if (!account || account.hasLeft)
    return failure(400, 'invalid_request_error', {
      code: 'resource_missing',
      param: 'transfer_data[destination]',
    });
  if (account.refusesCharges || account.capabilities['transfers'] !== 'active')
    return failure(400, 'invalid_request_error', { code: 'insufficient_capabilities_for_transfer' });
  return undefined;
}

/** Whether a refund may take its money back from the account, as it asks; undefined if it does not ask. */
export function reversalFault(
  accounts: StripeAccounts,
  form: Record<string, string>,
  { transfer_data: data, application_fee_amount: fee }: Destination,
): StripeAnswer | undefined {
  const isReversal = form['reverse_transfer'] === 'true';
  const isFee = form['refund_application_fee'] === 'true';
  const canReverse = data && !accounts.get(data.destination)?.hasLeft;
  if ((isReversal && !canReverse) || (isFee && fee === undefined))
    return failure(400, 'invalid_request_error', { param: 'reverse_transfer' });
  return undefined;
}
