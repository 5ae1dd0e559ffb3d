/** The accounts at the payment provider to which organizers are paid, as MySQL has them. */
import { randomUUID } from 'node:crypto';
import { isDuplicateKey, retried, transact, type Database } from '../../shared/mysql/connect.ts';
import type { PayoutState } from '../../shared/contract/payouts.ts';
import { recordAct, type Actor } from '../audit/record-act.ts';
import type { FoundAccount } from '../payments/payout-accounts.ts';

export type AccountRow = {
  user_id: number;
  number: number;
  provider: string;
  open_key: string;
  provider_ref: string | null;
  /** 0 or 1, like the others. */
  charges_enabled: number;
  payouts_enabled: number;
  details_submitted: number;
  details_due: number;
  ended_at: Date | null;
  version: number;
  created_at: Date;
  updated_at: Date;
};

export const payoutAccounts = (db: Database) => db<AccountRow>('payout_accounts');

/** The account of an organizer that has not ended, even if the provider has not opened it yet. */
export async function currentAccount(
  db: Database,
  provider: string,
  userId: number,
): Promise<AccountRow | undefined> {
  return ifCurrent(await latestAccount(db, userId), provider);
}

/** The one that has not ended, and is with this provider. */
export function ifCurrent(latest: AccountRow | undefined, provider: string): AccountRow | undefined {
  return latest?.provider === provider && latest.ended_at === null ? latest : undefined;
}

export function latestAccount(db: Database, userId: number): Promise<AccountRow | undefined> {
  return payoutAccounts(db).where({ user_id: userId }).orderBy('number', 'desc').first();
}

/**
 * Writes a new account of an organizer, which the provider has not opened yet. Undefined if another request was faster:
 * two tabs get one account.
 * @param latest the one on which the caller has decided that there has to be another one
 */
export async function writeNewAccount(
  db: Database,
  { provider, actor }: { provider: string; actor: Actor },
  latest: AccountRow | undefined,
): Promise<AccountRow | undefined> {
  const { userId } = actor;
  const id = { user_id: userId, number: (latest?.number ?? 0) + 1 };
  try {
    await transact(db, async (trx) => {
      await payoutAccounts(trx).insert({ ...id, provider, open_key: randomUUID() });
      await recordAct(trx, actor, {
        act: 'payout_account_opened',
        subject: { kind: 'user', id: userId },
        before: null,
        after: { provider, number: id.number },
      });
    });
  } catch (error) {
    if (isDuplicateKey(error)) return undefined;
    throw error;
  }
  return payoutAccounts(db).where(id).first();
}

/**
 * Writes what the provider says; false if the row has changed since `known` was read, so that an older answer is not
 * written over a newer one.
 * @param found undefined if the provider no longer lets us use the account
 */
export async function writeAccount(
  db: Database,
  { user_id, number, version, ended_at }: AccountRow,
  found: FoundAccount | undefined,
): Promise<boolean> {
  const changed = await retried(db, () =>
    payoutAccounts(db)
      .where({ user_id, number, version })
      .update({
        ...(found && { provider_ref: found.ref }),
        charges_enabled: Number(found?.chargesEnabled ?? false),
        payouts_enabled: Number(found?.payoutsEnabled ?? false),
        details_submitted: Number(found?.detailsSubmitted ?? false),
        details_due: Number(found?.detailsDue ?? true),
        ended_at: found ? null : (ended_at ?? new Date()),
        version: version + 1,
        updated_at: new Date(),
      }),
  );
  return changed === 1;
}

/** @param account undefined if the organizer has none */
export function payoutStateOf(account: AccountRow | undefined): Exclude<PayoutState, 'off'> {
  if (!account || account.provider_ref === null || account.ended_at !== null) return 'not_connected';
  if (account.charges_enabled === 1 && account.payouts_enabled === 1) return 'ready';
  return account.details_due === 1 ? 'details_needed' : 'in_review';
}
