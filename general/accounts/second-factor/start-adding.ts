import type { Request, Response } from 'express';
import type { VerifiedSession } from '../../../shared/auth/session.ts';
import { clientAt } from '../../../shared/http/client-address.ts';
import type { Database } from '../../../shared/mysql/connect.ts';
import { invalid } from '../../../shared/tier/check-input.ts';
import { Problem } from '../../../shared/tier/problems.ts';
import { requireFreshProof } from '../../http/authorize.ts';
import { hungUp } from '../../http/hung-up.ts';
import { findUser, type UserRow } from '../user.ts';
import { changeFactors, countFactors, readFactors, type FactorRow, type Factors } from './factors.ts';
import { provePassword } from './prove-factor.ts';
import { makeRecoveryCodes } from './recovery-codes.ts';

/**
 * Lets a user begin to add a factor: the first one with the password, each other one after a proof of a present one.
 * @throws {Problem} second_factor_again, invalid_request or too_many_requests
 */
export async function admitAdding(
  db: Database,
  {
    session,
    password,
    req,
    res,
  }: { session: VerifiedSession; password?: string | undefined; req: Request; res: Response },
): Promise<{ user: UserRow; factors: Factors }> {
  const user = await findUser(db, { id: session.userId });
  if (!user) throw new Problem('not_signed_in');
  const factors = await readFactors(db, user.id);
  if (countFactors(factors) > 0) {
    requireFreshProof(session);
    return { user, factors };
  }
  if (password === undefined) throw invalid('/password', 'password_wrong');
  const turn = { kind: 'sign-in', client: clientAt(req.ip), email: user.email, gone: hungUp(res) } as const;
  await provePassword(db, user, password, turn).catch((error: unknown) => {
    if (!(error instanceof Problem && error.code === 'second_factor_wrong')) throw error;
    throw invalid('/password', 'password_wrong');
  });
  return { user, factors };
}

/** Recovery codes with the first factor: within its transaction. Undefined if there are some. */
export async function firstRecoveryCodes(
  trx: Database,
  { user_id, recovery_hashes }: FactorRow,
): Promise<string[] | undefined> {
  if (recovery_hashes !== null) return undefined;
  const { codes, hashes } = makeRecoveryCodes();
  await changeFactors(trx, user_id, { recovery_hashes: JSON.stringify(hashes) });
  return codes;
}
