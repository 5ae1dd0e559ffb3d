/** Where the money of drops and of their payments goes. */
import { breakdownOf, totalOf, type Pricing } from '../../shared/contract/total.ts';
import { Problem } from '../../shared/tier/problems.ts';
import type { DropTerms } from '../drops/drop-terms.ts';
import type { Deps } from '../deps.ts';
import { accountNotPayable, type PaymentProvider, type Payout } from '../payments/provider.ts';
import { currentAccount, payoutAccounts, payoutStateOf } from './account.ts';

type PayoutDeps = Pick<Deps, 'db' | 'log'>;

/**
 * The account that a drop at this price is to pay. Undefined if the money is the platform's.
 * @throws {Problem} payouts_not_ready if the organizer has to be paid and cannot be
 */
export async function accountOfNewDrop(
  { db, payments }: Pick<Deps, 'db' | 'payments'>,
  organizerId: number,
  pricing: Pricing,
): Promise<string | undefined> {
  const { accounts } = payments;
  if (!accounts || totalOf(pricing, 1).amount === 0) return undefined;
  const account = await currentAccount(db, payments.name, organizerId);
  const state = payoutStateOf(account);
  if (state === 'ready') return account!.provider_ref!;
  if (accounts.isRequired) throw new Problem('payouts_not_ready', { extensions: { state } });
  return undefined;
}

/**
 * The account that a new payment of a hold is to pay. If the drop's account cannot be paid now, buyers shall not lose
 * their seats for it: the platform takes the money, and owes it to the organizer.
 */
export async function accountOfPayment(
  { db, log }: PayoutDeps,
  payments: PaymentProvider,
  { id, payoutAccount }: Pick<DropTerms, 'id' | 'payoutAccount'>,
  holdId: string,
): Promise<string | undefined> {
  if (!payments.accounts || payoutAccount === undefined) return undefined;
  const [account, refused] = await Promise.all([
    payoutAccounts(db).where({ provider_ref: payoutAccount, provider: payments.name }).first(),
    db('payment_attempts').where({ hold_id: holdId, reason: accountNotPayable }).first('attempt') as Promise<
      { attempt: number } | undefined
    >,
  ]);
  if (account?.charges_enabled === 1 && !refused) return payoutAccount;
  log.warn(
    { dropId: id, holdId, account: payoutAccount },
    'the organizer cannot be paid, so the platform is',
  );
  return undefined;
}

/** What the account gets, less the platform's fees of the order, rounded down to what the provider can take. */
export function payoutOf(
  { limitsOf }: Pick<PaymentProvider, 'limitsOf'>,
  account: string | undefined,
  drop: Pricing,
  seats: number,
): Payout | undefined {
  if (account === undefined) return undefined;
  const { lines } = breakdownOf(drop, seats);
  const fee = lines.find(({ kind }) => kind === 'platform_fees')?.amount ?? 0;
  const step = limitsOf?.(drop.price.currency)?.step ?? 1;
  return { account, fee: fee - (fee % step) };
}
