import { Problem } from '../../shared/tier/problems.ts';
import type { Deps } from '../deps.ts';
import { payoutAccounts, payoutStateOf, writeAccount, type AccountRow } from './account.ts';

/** Tries to write an answer. After that many lost to other processes, the caller has to ask again. */
const maxTries = 5;

/**
 * Reads the state of an account from the provider and records it. Safe to repeat, and by several at once: an answer is
 * written only if the row is still as it was before the provider was asked. Returns undefined for an account that is not
 * of this system.
 * @throws {Problem} unavailable if the provider does not answer
 */
export async function askAccount(
  { db, payments, log }: Pick<Deps, 'db' | 'payments' | 'log'>,
  ref: string,
): Promise<AccountRow | undefined> {
  const { accounts, name: provider } = payments;
  if (!accounts) return undefined;
  const ofAccount = { provider, provider_ref: ref };
  for (let tries = 0; tries < maxTries; tries += 1) {
    const known = await payoutAccounts(db).where(ofAccount).first();
    if (!known) return undefined;
    const found = await accounts.find(ref);
    if (found.kind === 'undecided') break;
    const account = found.kind === 'account' ? found.account : undefined;
    if (!(await writeAccount(db, known, account))) continue;
    const written = await payoutAccounts(db).where(ofAccount).first();
    const [before, state] = [payoutStateOf(known), payoutStateOf(written)];
    if (before === 'ready' && state !== 'ready')
      log.warn({ userId: known.user_id, account: ref, state }, 'an organizer can no longer be paid');
    return written;
  }
  throw new Problem('unavailable', { retryAfter: 10 });
}
