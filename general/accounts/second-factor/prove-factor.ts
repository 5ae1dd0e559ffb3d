import type { z } from 'zod';
import type { factorProof } from '../../../shared/contract/second-factor.ts';
import { transact, type Database } from '../../../shared/mysql/connect.ts';
import { Problem } from '../../../shared/tier/problems.ts';
import { passwordMatches } from '../passwords.ts';
import { stepOfCode } from './app-codes.ts';
import { findChallenge, takeChallenge, type ChallengePurpose, type ChallengeRow } from './challenges.ts';
import { changeFactors, recoveryHashesOf, lockFactors, type FactorRow, type PasskeyRow } from './factors.ts';
import { counterAfter } from './passkey-checks.ts';
import { hashRecoveryCode } from './recovery-codes.ts';
import { tellUser } from './tell-user.ts';

/**
 * Wrong codes within the period that follows the first of them. They are counted in MySQL, for all processes together.
 * Who can send one knows the password, or has a session: nobody else can use up the tries of an account. A passkey,
 * which cannot be guessed, is not counted, so it still works when no code does.
 */
const mostWrong = 10;
const periodSeconds = 30 * 60;

type Proof = z.output<typeof factorProof>;
type CodeAnswer = Exclude<Proof['answer'], { kind: 'passkey' }>;
type ProofDeps = { db: Database; publicUrl: URL };

/**
 * Checks a second factor against the challenge of a token, and uses the challenge up. A wrong code leaves the challenge,
 * so that the user can correct it; a wrong answer of a passkey does not, so that no challenge is ever answered twice.
 * @throws {Problem} second_step_over, second_factor_wrong or too_many_requests
 */
export async function proveFactor(
  { db, publicUrl }: ProofDeps,
  { token, answer }: Proof,
  asked: { purpose: ChallengePurpose; userId?: number },
): Promise<ChallengeRow> {
  const challenge = await findChallenge(db, { token, ...asked });
  if (answer.kind !== 'passkey') {
    await useCode(db, challenge, answer);
    return challenge;
  }
  await takeChallenge(db, challenge);
  const found = await db<PasskeyRow>('passkeys')
    .where({ user_id: challenge.user_id, credential_id: answer.response.id })
    .first();
  const counter = found && (await counterAfter(publicUrl, challenge.value, found, answer.response));
  if (!found || counter === undefined) throw new Problem('second_factor_wrong');
  const used = await db('passkeys')
    .where({ id: found.id, counter: found.counter })
    .update({ counter, used_at: db.fn.now(3) });
  if (used === 0) throw new Problem('second_factor_wrong');
  return challenge;
}

function useCode(db: Database, challenge: ChallengeRow, answer: CodeAnswer): Promise<void> {
  const userId = challenge.user_id;
  return guarded(db, userId, async (trx, row) => {
    const changes = answer.kind === 'code' ? appChanges(row, answer.code) : recoveryChanges(row, answer.code);
    if (!changes) return false;
    await takeChallenge(trx, challenge);
    await changeFactors(trx, userId, changes);
    if (answer.kind === 'recovery') await tellUser(trx, 'recovery-code-used', userId);
    return true;
  });
}

/** Undefined if the code is wrong, or not later than the last one that was used. The row is locked. */
function appChanges({ totp_secret, totp_step }: FactorRow, code: string) {
  const step = totp_secret === null ? undefined : stepOfCode(totp_secret, code);
  return step === undefined || (totp_step !== null && step <= totp_step) ? undefined : { totp_step: step };
}

function recoveryChanges(row: FactorRow, code: string) {
  const hashes = recoveryHashesOf(row);
  const used = hashRecoveryCode(code);
  const left = hashes.filter((hash) => hash !== used);
  return left.length < hashes.length ? { recovery_hashes: JSON.stringify(left) } : undefined;
}

/**
 * Makes one guess of a user; `guess` says whether it was right, and changes nothing if not.
 * @throws {Problem} second_factor_wrong or too_many_requests
 */
async function guarded(
  db: Database,
  userId: number,
  guess: (trx: Database, row: FactorRow) => Promise<boolean>,
): Promise<void> {
  const outcome = await transact(db, async (trx) => {
    const { row } = await lockFactors(trx, userId);
    const [{ age }] = (await trx('second_factors')
      .where({ user_id: userId })
      .select(trx.raw('timestampdiff(second, wrong_since, now(3)) as age'))) as [{ age: number | null }];
    const isCounted = age !== null && age < periodSeconds;
    if (isCounted && row.wrong_codes >= mostWrong) return { retryAfter: periodSeconds - age };
    if (await guess(trx, row)) return 'right';
    // Committed, while the caller learns that it was wrong.
    await changeFactors(
      trx,
      userId,
      isCounted ? { wrong_codes: row.wrong_codes + 1 } : { wrong_codes: 1, wrong_since: trx.fn.now(3) },
    );
    return 'wrong';
  });
  if (outcome === 'wrong') throw new Problem('second_factor_wrong');
  if (outcome !== 'right') throw new Problem('too_many_requests', outcome);
}

/**
 * The password again, for the first factor of an account: who finds a device that is signed in must not lock out its
 * owner. It counts as a guess like a code.
 * @throws {Problem} second_factor_wrong or too_many_requests
 */
export function provePassword(
  db: Database,
  user: { id: number; password_hash: string },
  password: string,
  turn: NonNullable<Parameters<typeof passwordMatches>[2]>,
): Promise<void> {
  const matching = passwordMatches(password, user.password_hash, turn);
  return matching.then((matches) => guarded(db, user.id, () => Promise.resolve(matches)));
}
