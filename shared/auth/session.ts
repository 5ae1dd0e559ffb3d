/**
 * A session is a JWT (token.ts) in an httpOnly cookie or in `Authorization: Bearer` (session-cookie.ts):
 * `{aud: "session", sub, role, sid, scope?, mfa?, iat, exp}`. Every tier verifies it by itself; `banned-users.ts` knows
 * whether it was ended since, or its user banned.
 */
import { randomBytes } from 'node:crypto';
import type { KeyList } from './key-list.ts';
import { signToken, verifyToken } from './token.ts';

export const roles = ['shopper', 'organizer', 'admin'] as const;
export type Role = (typeof roles)[number];

const scopes = ['tickets', 'unconfirmed'] as const;

export type Session = {
  /** The user's id, a positive integer. */
  userId: number;
  role: Role;
  /**
   * `tickets`: the user is banned, and the session gives access to their orders and tickets alone. `unconfirmed`: the
   * e-mail address is not confirmed, and the session can do everything but buy and act as staff.
   */
  scope?: (typeof scopes)[number];
  /** When a second factor was last proven, in seconds since 1970. Undefined: it was not. */
  provenAt?: number;
};

export type VerifiedSession = Session & {
  /** Identifies the sign-in. Sessions issued by the previous version have none. */
  signInId?: string;
  /** Seconds since 1970. A ban ends the sessions that were issued before it. */
  issuedAt: number;
  /** Seconds since 1970. */
  endsAt: number;
  /**
   * Set by general where staff need a second factor and this session has not proven one: it does what a shopper's does.
   */
  isUnproven?: true;
};

/** Seconds a session lasts. */
export const sessionSeconds = 12 * 60 * 60;

const audience = 'session';

/** 96 random bits: a `sid` cannot be guessed, and no two sign-ins get the same. */
export function newSignInId(): string {
  return randomBytes(12).toString('base64url');
}

/**
 * Uses a new sign-in id unless one is given.
 * @param issuedAt seconds since 1970; the present by default
 */
export function signSession(
  { userId, role, scope, provenAt, signInId = newSignInId() }: Session & { signInId?: string },
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
      ...(provenAt !== undefined && { mfa: provenAt }),
      iat: issuedAt,
      exp: issuedAt + sessionSeconds,
    },
    keys,
  );
}

/** The session in a token; undefined if the token is forged, expired, unsigned or not a session. */
export function verifySession(token: string, keys: KeyList): VerifiedSession | undefined {
  const verified = verifyToken(token, keys, { audience });
  if (!verified) return undefined;
  const { sub, role: named, sid, scope, mfa, iat, exp } = verified.claims;
  const userId = Number(sub);
  const role = roles.find((each) => each === named);
  if (!Number.isSafeInteger(userId) || userId <= 0 || !role) return undefined;
  // A scope that only a later version knows must not count as full access.
  const known = scopes.find((each) => each === scope);
  if (scope !== undefined && !known) return undefined;
  // Tokens of the previous version have no `sid` and do not name their key. A token that names its key must have one.
  if (verified.namesKey && (typeof sid !== 'string' || sid === '' || typeof iat !== 'number'))
    return undefined;
  return {
    userId,
    role,
    ...(typeof sid === 'string' && { signInId: sid }),
    issuedAt: typeof iat === 'number' ? iat : 0,
    endsAt: exp as number,
    ...(known && { scope: known }),
    ...(typeof mfa === 'number' && { provenAt: mfa }),
  };
}
