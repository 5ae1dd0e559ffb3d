import { payoutLink } from '../../shared/contract/payouts.ts';
import { Problem } from '../../shared/tier/problems.ts';
import type { Actor } from '../audit/record-act.ts';
import type { Deps } from '../deps.ts';
import { defineRoute, type Route } from '../http/route.ts';
import type { PayoutAccounts } from '../payments/payout-accounts.ts';
import {
  ifCurrent,
  latestAccount,
  payoutAccounts,
  writeAccount,
  writeNewAccount,
  type AccountRow,
} from './account.ts';
import { askAccount } from './ask-account.ts';

type ConnectDeps = Pick<Deps, 'db' | 'payments' | 'publicUrl' | 'log'>;

export function connectAccount(deps: ConnectDeps): Route {
  return defineRoute({
    method: 'POST',
    path: '/api/payout-account',
    summary: 'Get a link on which the payment provider asks for your details',
    description:
      'Opens your account at the provider, if you have none. Safe to repeat: an organizer has one account. The link works ' +
      'once and for some minutes; it leads back to `/organize/payouts`.',
    tag: 'Payouts',
    who: ['organizer', 'admin'],
    success: { status: 201, schema: payoutLink, description: 'The link' },
    problems: ['payouts_off'],
    records: 'payout_account_opened',
    async handle({ actor }) {
      const { accounts } = deps.payments;
      if (!accounts) throw new Problem('payouts_off');
      // The provider may have ended the account since it was last asked; then another one is opened.
      for (let tries = 0; tries < 2; tries += 1) {
        const ref = await openAccount(deps, accounts, actor);
        const link = await accounts.link(ref, linkUrls(deps.publicUrl));
        if (link.kind === 'link') return { url: link.url };
        if (link.kind !== 'gone') throw unavailable(deps, link);
        await askAccount(deps, ref);
      }
      throw new Problem('unavailable', { retryAfter: 10 });
    },
  });
}

function linkUrls(publicUrl: URL) {
  const page = (from: string) => new URL(`/organize/payouts?from=${from}`, publicUrl).href;
  return { returnUrl: page('provider'), refreshUrl: page('old-link') };
}

/**
 * The provider's id of the organizer's account. Its row is written before the provider is asked, with the key under which
 * it is opened. So a request after a crash asks with the same key.
 */
async function openAccount(deps: ConnectDeps, accounts: PayoutAccounts, actor: Actor): Promise<string> {
  const { db, payments } = deps;
  for (;;) {
    const latest = await latestAccount(db, actor.userId);
    const known = ifCurrent(latest, payments.name);
    if (known?.provider_ref != null) return known.provider_ref;
    const row = known ?? (await writeNewAccount(db, { provider: payments.name, actor }, latest));
    // Another request has written it.
    if (!row) continue;
    const opened = await accounts.open(row.open_key, known && known.created_at);
    if (opened.kind !== 'account') throw unavailable(deps, opened);
    if (await writeAccount(db, row, opened.account)) return opened.account.ref;
    await requireSame(deps, row, opened.account.ref);
  }
}

/** The account was stored by another request meanwhile, and the key makes it the same one. */
async function requireSame({ db, log }: ConnectDeps, { user_id, number }: AccountRow, ref: string) {
  const stored = await payoutAccounts(db).where({ user_id, number }).first();
  if (stored?.provider_ref !== ref)
    log.error({ userId: user_id, account: ref }, 'an organizer has a second account at the provider');
}

function unavailable({ log }: ConnectDeps, result: { kind: string; reason?: string }): Problem {
  if (result.kind === 'refused')
    log.error({ reason: result.reason }, 'the provider does not open accounts of organizers');
  return new Problem('unavailable', { retryAfter: 10 });
}
