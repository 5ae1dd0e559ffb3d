import { transact, type Database } from '../../../shared/mysql/connect.ts';
import { Problem } from '../../../shared/tier/problems.ts';
import type { Deps } from '../../deps.ts';
import { currentRole } from '../user.ts';
import { changeFactors, countFactors, lockFactors } from './factors.ts';
import { needsFactor } from './needs-factor.ts';
import { tellUser } from './tell-user.ts';

/** Without a factor, recovery codes stand in for nothing, and a new first factor brings new ones. */
const nothingLeft = { totp_secret: null, totp_added_at: null, totp_step: null, recovery_hashes: null };

/** @throws {Problem} last_second_factor if the user's role needs one, and then nothing is removed */
export async function removeFactor(
  { db, secondFactor }: Pick<Deps, 'db' | 'secondFactor'>,
  userId: number,
  remove: (trx: Database) => Promise<void>,
): Promise<void> {
  const role = await currentRole(db, userId);
  await transact(db, async (trx) => {
    const locked = await lockFactors(trx, userId);
    await remove(trx);
    const left = countFactors(await lockFactors(trx, userId));
    if (left === countFactors(locked)) return;
    if (left === 0 && needsFactor(secondFactor.isCompulsory, role)) throw new Problem('last_second_factor');
    if (left === 0) await changeFactors(trx, userId, nothingLeft);
    await tellUser(trx, 'second-factor-removed', userId);
  });
}

/** Removes all factors of a user, within the caller's transaction. Returns how many there were, of each kind. */
export async function removeAllFactors(trx: Database, userId: number) {
  const { row } = await lockFactors(trx, userId);
  const passkeys = await trx('passkeys').where({ user_id: userId }).delete();
  await changeFactors(trx, userId, { ...nothingLeft, wrong_codes: 0, wrong_since: null });
  await trx('factor_challenges').where({ user_id: userId }).delete();
  return { passkeys, app: row.totp_secret !== null };
}
