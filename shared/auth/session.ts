/**
 * Who is asking. A session is a JWT (token.ts) in an httpOnly cookie or in `Authorization: Bearer` (session-cookie.ts):
 * `{aud: "session", sub, role, sid, scope?, iat, exp}`. Every tier verifies one by itself; whether its user was banned since
 * is what `banned-users.ts` knows.
 */
import { randomBytes } from 'node:crypto';
import type { KeyList } from './key-list.ts';
import { signToken, verifyToken } from './token.ts';

export const roles = ['shopper', 'organizer', 'admin'] as const;
export type Role = (typeof roles)[number];

export type Session = {
  /** The user's id, a positive integer. */
  userId: number;
  role: Role;
  /** Set for a banned user: good for the orders and tickets they have, and for nothing else. */
  scope?: 'tickets';
};

export type VerifiedSession = Session & {
  /** Names the sign-in. A session that the version before issued has none. */
  signInId?: string;
  /** Seconds since 1970. A ban ends the sessions that were issued before it. */
  issuedAt: number;
  /** Seconds since 1970. */
  endsAt: number;
};

/** Seconds a session lasts. */
export const sessionSeconds = 12 * 60 * 60;

const audience = 'session';

/** Random, 96 bits: a `sid` that nobody guesses and no other sign-in has. */
function newSignInId(): string {
  return randomBytes(12).toString('base64url');
}

/**
 * Names the sign-in by a new id unless it is given.
 * @param issuedAt seconds since 1970; the present by default
 */
export function signSession(
  { userId, role, scope, signInId = newSignInId() }: Session & { signInId?: string },
  keys: KeyList,
  issuedAt: number = Math.floor(Date.now() / 1000),
): string {
  return signToken(
    {
      aud: audience,
      sub: String(userId),
      role,
      sid: signInId,
      ...(scope && { scope }),
      iat: issuedAt,
      exp: issuedAt + sessionSeconds,
    },
    keys,
  );
}

/** The session in a token; undefined when it is forged, expired, unsigned or not a session at all. */
export function verifySession(token: string, keys: KeyList): VerifiedSession | undefined {
  const verified = verifyToken(token, keys, { audience });
  if (!verified) return undefined;
  const { sub, role: named, sid, scope, iat, exp } = verified.claims;
  const userId = Number(sub);
  const role = roles.find((known) => known === named);
  if (!Number.isSafeInteger(userId) || userId <= 0 || !role) return undefined;
  // A scope of a later version is no reason to allow everything.
  if (scope !== undefined && scope !== 'tickets') return undefined;
  // A token of the version before has no `sid`. One that names its key is of this version, and has to.
  if (verified.namesKey && (typeof sid !== 'string' || sid === '' || typeof iat !== 'number'))
    return undefined;
  return {
    userId,
    role,
    ...(typeof sid === 'string' && { signInId: sid }),
    issuedAt: typeof iat === 'number' ? iat : 0,
    endsAt: exp as number,
    ...(scope && { scope }),
  };
}
