import type { Request, Response } from 'express';
import { signSession, type Session, type VerifiedSession } from '../../shared/auth/session.ts';
import type { Deps } from '../deps.ts';
import { setSessionCookie } from './session-cookie.ts';
import type { UserRow } from './user.ts';

/** What a session of this user may not do now. */
export function scopeOf(
  { banned_at, unconfirmed_since }: Pick<UserRow, 'banned_at' | 'unconfirmed_since'>,
  confirmsEmail: boolean,
): Session['scope'] {
  if (banned_at !== null) return 'tickets';
  return confirmsEmail && unconfirmed_since !== null ? 'unconfirmed' : undefined;
}

/**
 * Replaces the cookie of a session from before its user confirmed the address: it is the same session, with the same
 * end. A program that sends its token itself signs in again.
 */
export function widenCookie(
  { req, res }: { req: Request; res: Response },
  { userId, role, signInId, scope, provenAt, issuedAt }: VerifiedSession,
  { sessionKeys, publicUrl }: Pick<Deps, 'sessionKeys' | 'publicUrl'>,
): void {
  if (scope !== 'unconfirmed' || signInId === undefined || req.get('authorization') !== undefined) return;
  const proven = provenAt !== undefined && { provenAt };
  setSessionCookie(res, signSession({ userId, role, signInId, ...proven }, sessionKeys, issuedAt), publicUrl);
}
