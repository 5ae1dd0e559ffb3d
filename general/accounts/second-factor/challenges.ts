/**
 * What a second factor is asked for. A challenge is a row that is deleted when it is used, so that of two uses one
 * succeeds. Its token is random, and stored as a hash only.
 */
import { createHash, randomBytes } from 'node:crypto';
import type { Database } from '../../../shared/mysql/connect.ts';
import { Problem } from '../../../shared/tier/problems.ts';

/** Seconds: for signing in and proving it again, and for setting up a factor, which takes longer. */
const validSeconds = { 'sign-in': 300, prove: 300, 'add-passkey': 600, 'add-app': 900 } as const;
export type ChallengePurpose = keyof typeof validSeconds;

/** Old rows removed with each new one: more than it adds. */
const removedAtOnce = 20;

export type ChallengeRow = {
  id: string;
  user_id: number;
  purpose: ChallengePurpose;
  value: string;
  sessions_since: Date | null;
  made_at: Date;
};

/** Returns the token. `sessions_since`: as in the user's row when the password was checked. */
export async function makeChallenge(
  db: Database,
  challenge: Pick<ChallengeRow, 'user_id' | 'purpose' | 'value'> & { sessions_since?: Date | null },
): Promise<string> {
  const token = randomBytes(32).toString('base64url');
  await db('factor_challenges').insert({ id: idOf(token), ...challenge, made_at: db.fn.now(3) });
  await db('factor_challenges').whereRaw('made_at < now(3) - interval 1 hour').limit(removedAtOnce).delete();
  return token;
}

/**
 * The challenge of a token, which stays usable.
 * @throws {Problem} second_step_over if it was used, is too old, or is for something or somebody else
 */
export async function findChallenge(
  db: Database,
  { token, purpose, userId }: { token: string; purpose: ChallengePurpose; userId?: number | undefined },
): Promise<ChallengeRow> {
  const found = await db<ChallengeRow>('factor_challenges')
    .where({ id: idOf(token), purpose, ...(userId !== undefined && { user_id: userId }) })
    .whereRaw('made_at > now(3) - interval ? second', [validSeconds[purpose]])
    .first();
  if (!found) throw new Problem('second_step_over');
  return found;
}

/** Uses a challenge up. @throws {Problem} second_step_over if somebody else has meanwhile */
export async function takeChallenge(db: Database, { id }: ChallengeRow): Promise<void> {
  if ((await db('factor_challenges').where({ id }).delete()) === 0) throw new Problem('second_step_over');
}

function idOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
