import type { Request, Response } from 'express';
import { firstValidIssue } from '../../shared/auth/banned-users.ts';
import { newSignInId, signSession, type VerifiedSession } from '../../shared/auth/session.ts';
import { Problem } from '../../shared/tier/problems.ts';
import type { Deps } from '../deps.ts';
import { rememberDevice } from './device-cookie.ts';
import { scopeOf } from './session-scope.ts';
import { setSessionCookie } from './session-cookie.ts';
import { presentUser } from './present-user.ts';
import { originOf, saveSessions, toRow } from './session-rows.ts';
import { findUser, type UserRow } from './user.ts';

export type SessionDeps = Pick<Deps, 'db' | 'sessionKeys' | 'publicUrl' | 'confirmsEmail'>;

type Opened = Pick<
  UserRow,
  'id' | 'email' | 'name' | 'role' | 'locale' | 'banned_at' | 'sessions_since' | 'unconfirmed_since'
>;

/**
 * Makes a session, sets it as a cookie, and returns what the client is told.
 * @param readAt seconds since 1970, from before `user` was read: a ban issued after that ends the session
 */
export async function openSession(
  { req, res }: { req: Request; res: Response },
  user: Opened,
  readAt: number,
  { db, sessionKeys, publicUrl, confirmsEmail }: SessionDeps,
  /** When a second factor was proven, in seconds since 1970. */
  provenAt?: number,
) {
  const { id, role } = user;
  const scope = scopeOf(user, confirmsEmail);
  const issuedAt = Math.max(readAt, firstValidIssue(user));
  const signInId = newSignInId();
  await saveSessions(db, [toRow({ signInId, userId: id, issuedAt }, originOf(req))]);
  const proven = provenAt !== undefined && { provenAt };
  const claims = { userId: id, role, ...(scope && { scope }), ...proven, signInId };
  const token = signSession(claims, sessionKeys, issuedAt);
  setSessionCookie(res, token, publicUrl);
  rememberDevice({ req, res }, id, { sessionKeys, publicUrl });
  return { ...presentUser(user, scope), token };
}

/**
 * The session of a user whose sessions have all just ended. The user is read again, for when they ended.
 * @param readAt as in `openSession`
 * @throws {Problem} not_signed_in if there is no such user any more
 */
export async function renewSession(
  exchange: { req: Request; res: Response },
  id: number,
  readAt: number,
  deps: SessionDeps & Pick<Deps, 'bannedUsers'>,
  provenAt?: number,
) {
  const { db, bannedUsers } = deps;
  await bannedUsers.refresh();
  const user = await findUser(db, { id });
  if (!user) throw new Problem('not_signed_in');
  return openSession(exchange, user, readAt, deps, provenAt);
}

/**
 * The same session with a later proof of the second factor: it has the same name and ends at the same time. A token of the
 * previous version, which has no name, gets one.
 */
export async function resignSession(
  { req, res }: { req: Request; res: Response },
  user: UserRow,
  { signInId = newSignInId(), issuedAt, scope, provenAt }: VerifiedSession,
  { db, sessionKeys, publicUrl }: Pick<Deps, 'db' | 'sessionKeys' | 'publicUrl'>,
) {
  const { id, role } = user;
  await saveSessions(db, [toRow({ signInId, userId: id, issuedAt }, originOf(req))]);
  const proven = provenAt !== undefined && { provenAt };
  const claims = { userId: id, role, ...(scope && { scope }), ...proven, signInId };
  const token = signSession(claims, sessionKeys, issuedAt);
  setSessionCookie(res, token, publicUrl);
  return { ...presentUser(user, scope), token };
}

/** Seconds since 1970. */
export const nowInSeconds = () => Math.floor(Date.now() / 1000);
