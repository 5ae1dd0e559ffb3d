import type { Request } from 'express';
import type { BannedUsers } from '../../shared/auth/banned-users.ts';
import { clientAt } from '../../shared/http/client-address.ts';
import type { ForgedSessions } from '../../shared/auth/forged-sessions.ts';
import type { KeyList } from '../../shared/auth/key-list.ts';
import { isFromOtherSite } from '../../shared/auth/other-sites.ts';
import { Problem } from '../../shared/tier/problems.ts';
import { sessionToken } from '../../shared/auth/session-cookie.ts';
import { verifySession, type Role, type VerifiedSession } from '../../shared/auth/session.ts';
import type { Route } from './route.ts';

export type AuthorizeDeps = {
  sessionKeys: KeyList;
  bannedUsers: Pick<BannedUsers, 'refusal' | 'loaded'>;
  /** The user's current role: a session keeps the role it was issued with for hours after that role was taken away. */
  currentRole: (userId: number) => Promise<Role | undefined>;
  publicUrl: URL;
  /** Counts invalid sessions per client; one instance for the life of the process. */
  forgedSessions: ForgedSessions;
};

/**
 * Returns the caller's session if the caller may make this call; undefined for anonymous callers.
 * @throws {Problem} not_signed_in, banned, email_not_confirmed, not_allowed, too_many_requests or cross_site_request
 */
export async function authorize(
  req: Request,
  { who, scopes = [], fromOtherSites }: Pick<Route, 'who' | 'scopes' | 'fromOtherSites'>,
  deps: AuthorizeDeps,
): Promise<VerifiedSession | undefined> {
  if (fromOtherSites) return undefined;
  refuseOtherSites(req, deps.publicUrl);
  const token = sessionToken(req.headers, deps.publicUrl);
  const session = token === undefined ? undefined : verifySession(token, deps.sessionKeys);
  if (token !== undefined && !session && !deps.forgedSessions.take(clientAt(req.ip)))
    throw new Problem('too_many_requests', { retryAfter: 1 });

  // Until the list of bans has been read, any user might be on it.
  if (session && !deps.bannedUsers.loaded()) throw new Problem('unavailable', { retryAfter: 1 });
  const refusal = session && refusalOf(session);
  if (who === 'anyone') return refusal ? undefined : session;
  if (!session) throw new Problem('not_signed_in');
  if (refusal) throw new Problem(refusal);
  if (who === 'signed-in') return session;

  const role = await deps.currentRole(session.userId);
  if (!role || !who.includes(role)) throw new Problem('not_allowed');
  return { ...session, role };

  function refusalOf(given: VerifiedSession) {
    const { scope } = given;
    const isBanned = scope === 'tickets' && !scopes.includes(scope);
    // Staff are whom an admin knows by their address.
    const isUnknown = scope === 'unconfirmed' && Array.isArray(who);
    return (
      deps.bannedUsers.refusal(given) ?? (isBanned ? 'banned' : isUnknown ? 'email_not_confirmed' : undefined)
    );
  }
}

const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS']);

function refuseOtherSites({ method, headers }: Request, publicUrl: URL): void {
  if (!safeMethods.has(method) && isFromOtherSite(headers, publicUrl))
    throw new Problem('cross_site_request');
}
