/**
 * Who is asking. A session is a JWT (HS256) in an httpOnly cookie or in `Authorization: Bearer` (session-cookie.ts). Every
 * tier can check one by itself; whether its user was banned since is what `banned-users.ts` knows.
 */
import { createHmac, createSecretKey, timingSafeEqual, type KeyObject } from 'node:crypto';
import { createDecoder, createSigner, createVerifier } from 'fast-jwt';
import { perKey } from './per-key.ts';

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
  /** Seconds since 1970. A ban ends the sessions that were issued before it. */
  issuedAt: number;
};

/** Seconds a session lasts. */
export const sessionSeconds = 12 * 60 * 60;

const audience = 'session';

/** One for the life of the process: what is made of it for signing and verifying is made once. */
export function signingKeyFromHex(hex: string): KeyObject {
  return createSecretKey(Buffer.from(hex, 'hex'));
}

const signerOf = perKey((key) =>
  createSigner({ key: key.export(), algorithm: 'HS256', aud: audience, expiresIn: sessionSeconds * 1000 }),
);
const verifierOf = perKey((key): ((token: string) => Claims) =>
  createVerifier({
    key: key.export(),
    algorithms: ['HS256'],
    allowedAud: audience,
    // What is not there the library does not look at: an audience, too, has to be asked for.
    requiredClaims: ['aud', 'sub', 'exp'],
  }),
);
const decode = createDecoder();

/** `issuedAt`: seconds since 1970; the present by default. */
export function signSession({ userId, role, scope }: Session, key: KeyObject, issuedAt?: number): string {
  return signerOf(key)({
    sub: String(userId),
    role,
    ...(scope && { scope }),
    ...(issuedAt !== undefined && { iat: issuedAt }),
  });
}

/** How a token begins that says of itself what `signSession` says, in the very same bytes: {"alg":"HS256","typ":"JWT"} */
const usualHead = 'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.';

/** The session in a token; undefined when it is forged, expired, unsigned or not a session at all. */
export function verifySession(token: string, key: KeyObject): VerifiedSession | undefined {
  try {
    const claims = token.startsWith(usualHead) ? claimsOfUsual(token, key) : verifierOf(key)(token);
    if (!claims) return undefined;
    const userId = Number(claims.sub);
    const role = roles.find((known) => known === claims.role);
    if (!Number.isSafeInteger(userId) || userId <= 0 || !role) return undefined;
    // A scope of a later version is no reason to allow everything.
    if (claims.scope !== undefined && claims.scope !== 'tickets') return undefined;
    const issuedAt = typeof claims.iat === 'number' ? claims.iat : 0;
    return { userId, role, issuedAt, ...(claims.scope && { scope: claims.scope }) };
  } catch {
    return undefined;
  }
}

type Claims = {
  sub?: unknown;
  role?: unknown;
  scope?: unknown;
  aud?: unknown;
  iat?: unknown;
  exp?: unknown;
};

/**
 * As the library's verifier, for half its time, of which a rush is full (docs/decisions/019): the head is known, and
 * nothing is decoded before its signature is found to be ours. Undefined where it is not, or its time is over.
 */
function claimsOfUsual(token: string, key: KeyObject): Claims | undefined {
  const end = token.lastIndexOf('.');
  const signature = createHmac('sha256', key).update(token.slice(0, end)).digest('base64url');
  if (!isSame(token.slice(end + 1), signature)) return undefined;
  const payload = Buffer.from(token.slice(usualHead.length, end), 'base64url');
  const claims = JSON.parse(payload.toString()) as Claims;
  const { aud, exp } = claims;
  return aud === audience && typeof exp === 'number' && Date.now() <= exp * 1000 ? claims : undefined;
}

/** Compares in a time that does not tell how much of it was right. */
function isSame(given: string, expected: string): boolean {
  const [bytes, wanted] = [Buffer.from(given), Buffer.from(expected)];
  return bytes.length === wanted.length && timingSafeEqual(bytes, wanted);
}

/** When a session that `verifySession` accepted ends: milliseconds since 1970. */
export function sessionEnd(token: string): number {
  return (decode(token) as { exp: number }).exp * 1000;
}
