/**
 * Who is asking. A session is a JWT (HS256) in the httpOnly cookie `session` or in `Authorization: Bearer`. Every
 * tier can check one by itself; whether its user was banned since is what `banned-users.ts` knows.
 */
import { createSecretKey, type KeyObject } from 'node:crypto';
import jwt from 'jsonwebtoken';

export const roles = ['shopper', 'organizer', 'admin'] as const;
export type Role = (typeof roles)[number];

export type Session = {
  /** The user's id, a positive integer. */
  userId: number;
  role: Role;
};

/** Seconds a session lasts. */
export const sessionSeconds = 12 * 60 * 60;

const audience = 'session';

/** One KeyObject for the life of the process: verifying with a string key costs four times as much. */
export function signingKeyFromHex(hex: string): KeyObject {
  return createSecretKey(Buffer.from(hex, 'hex'));
}

export function signSession(session: Session, key: KeyObject): string {
  return jwt.sign({ role: session.role }, key, {
    algorithm: 'HS256',
    subject: String(session.userId),
    audience,
    expiresIn: sessionSeconds,
  });
}

/** The session in a token; undefined when it is forged, expired, unsigned or not a session at all. */
export function verifySession(token: string, key: KeyObject): Session | undefined {
  try {
    const claims = jwt.verify(token, key, { algorithms: ['HS256'], audience });
    if (typeof claims === 'string') return undefined;
    const userId = Number(claims.sub);
    const role = roles.find((known) => known === claims['role']);
    return Number.isSafeInteger(userId) && userId > 0 && role ? { userId, role } : undefined;
  } catch {
    return undefined;
  }
}

/** When a session that `verifySession` accepted ends: milliseconds since 1970. */
export function sessionEnd(token: string): number {
  const claims = jwt.decode(token, { json: true });
  return (claims?.exp ?? 0) * 1000;
}

/** The token a request or a socket handshake carries: the Authorization header wins over the cookie. */
export function sessionToken(headers: {
  authorization?: string | undefined;
  cookie?: string | undefined;
}): string | undefined {
  const { authorization, cookie } = headers;
  if (authorization?.startsWith('Bearer ')) return authorization.slice('Bearer '.length);
  if (cookie === undefined) return undefined;
  for (const pair of cookie.split(';')) {
    const at = pair.indexOf('=');
    if (at > 0 && pair.slice(0, at).trim() === 'session') return pair.slice(at + 1).trim();
  }
  return undefined;
}
