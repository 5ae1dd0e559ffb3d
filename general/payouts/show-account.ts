import type { z } from 'zod';
import { payoutAccount } from '../../shared/contract/payouts.ts';
import type { Deps } from '../deps.ts';
import { defineRoute, type Route } from '../http/route.ts';
import { currentAccount, payoutStateOf, type AccountRow } from './account.ts';
import { askAccount } from './ask-account.ts';

type AccountDeps = Pick<Deps, 'db' | 'payments' | 'log'>;

export function showAccount(deps: AccountDeps): Route {
  return defineRoute({
    method: 'GET',
    path: '/api/payout-account',
    summary: 'Show whether you can be paid',
    description: 'As the payment provider last reported it.',
    tag: 'Payouts',
    who: ['organizer', 'admin'],
    success: { status: 200, schema: payoutAccount, description: 'Your account at the payment provider' },
    problems: [],
    async handle({ session: { userId } }) {
      if (!deps.payments.accounts) return off;
      return present(deps, await currentAccount(deps.db, deps.payments.name, userId));
    },
  });
}

export function checkAccount(deps: AccountDeps): Route {
  return defineRoute({
    method: 'POST',
    path: '/api/payout-account/check',
    summary: 'Ask the payment provider whether you can be paid',
    description: 'For the page to which the provider’s link leads back. Safe to repeat.',
    tag: 'Payouts',
    who: ['organizer', 'admin'],
    success: { status: 200, schema: payoutAccount, description: 'Your account, as the provider has it now' },
    problems: [],
    records: { nothing: 'it only asks the provider, as general does by itself when the provider reports' },
    async handle({ session: { userId } }) {
      if (!deps.payments.accounts) return off;
      const known = await currentAccount(deps.db, deps.payments.name, userId);
      if (known?.provider_ref == null) return present(deps, known);
      return present(deps, await askAccount(deps, known.provider_ref));
    },
  });
}

const off = { state: 'off' as const };

function present(
  { payments: { accounts } }: AccountDeps,
  account: AccountRow | undefined,
): z.input<typeof payoutAccount> {
  const state = payoutStateOf(account);
  const shown = { state, isRequired: accounts?.isRequired === true };
  if (!account || state === 'not_connected') return shown;
  return {
    ...shown,
    account: account.provider_ref!,
    chargesEnabled: account.charges_enabled === 1,
    payoutsEnabled: account.payouts_enabled === 1,
    detailsSubmitted: account.details_submitted === 1,
  };
}
