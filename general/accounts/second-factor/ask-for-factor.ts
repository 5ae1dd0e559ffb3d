import type { Database } from '../../../shared/mysql/connect.ts';
import { makeChallenge, type ChallengePurpose } from './challenges.ts';
import { countFactors, recoveryHashesOf, readFactors, type Factors } from './factors.ts';
import { askForPasskey, passkeysPossible } from './passkey-checks.ts';
import { randomBytes } from 'node:crypto';

/** Asks a user for a second factor. Undefined if they have none. */
export async function askForFactor(
  { db, publicUrl }: { db: Database; publicUrl: URL },
  user: { id: number; sessions_since?: Date | null },
  purpose: Extract<ChallengePurpose, 'sign-in' | 'prove'>,
) {
  const factors = await readFactors(db, user.id);
  if (countFactors(factors) === 0) return undefined;
  const isPossible = factors.passkeys.length > 0 && passkeysPossible(publicUrl);
  const passkey = isPossible ? await askForPasskey(publicUrl, factors.passkeys) : undefined;
  const token = await makeChallenge(db, {
    user_id: user.id,
    purpose,
    // Without passkeys nobody answers it.
    value: passkey?.challenge ?? randomBytes(32).toString('base64url'),
    sessions_since: user.sessions_since ?? null,
  });
  return { token, methods: methodsOf(factors, isPossible), ...(passkey && { passkey: { ...passkey } }) };
}

function methodsOf({ row }: Factors, hasPasskeys: boolean): ('passkey' | 'code' | 'recovery')[] {
  return [
    ...(hasPasskeys ? (['passkey'] as const) : []),
    ...(row?.totp_secret == null ? [] : (['code'] as const)),
    ...(row && recoveryHashesOf(row).length > 0 ? (['recovery'] as const) : []),
  ];
}
