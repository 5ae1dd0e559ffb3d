import type { Request } from 'express';
import type { BannedUsers } from '../../shared/auth/banned-users.ts';
import { clientAt } from '../../shared/http/client-address.ts';
import type { ForgedSessions } from '../../shared/auth/forged-sessions.ts';
import type { KeyList } from '../../shared/auth/key-list.ts';
import { isFromOtherSite } from '../../shared/auth/other-sites.ts';
import { Problem } from '../../shared/tier/problems.ts';
import { sessionToken } from '../../shared/auth/session-cookie.ts';
import { verifySession, type VerifiedSession } from '../../shared/auth/session.ts';
import type { StaffRules } from '../accounts/staff-rules.ts';
import type { Route } from './route.ts';

/** Minutes for which a proof of the second factor is enough for acts that ask for it again. */
const freshMinutes = 10;

export type AuthorizeDeps = StaffRules & {
  sessionKeys: KeyList;
  bannedUsers: Pick<BannedUsers, 'refusal' | 'loaded'>;
  publicUrl: URL;
  /** Counts invalid sessions per client; one instance for the life of the process. */
  forgedSessions: ForgedSessions;
};

type AuthorizedRoute = Pick<Route, 'who' | 'scopes' | 'fromOtherSites' | 'needsProof'>;

/**
 * Returns the caller's session if the caller may make this call; undefined for anonymous callers.
 * @throws {Problem} not_signed_in, banned, email_not_confirmed, not_allowed, second_factor_required,
 *   second_factor_again, too_many_requests or cross_site_request
 */
export async function authorize(
  req: Request,
  { who, scopes = [], fromOtherSites, needsProof }: AuthorizedRoute,
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
  if (who === 'anyone') return refusal ? undefined : session && limited(session);
  if (!session) throw new Problem('not_signed_in');
  if (refusal) throw new Problem(refusal);
  if (who === 'signed-in') return proven(limited(session));

  const role = await deps.currentRole(session.userId);
  if (!role || !who.includes(role)) throw new Problem('not_allowed');
  const known = limited({ ...session, role });
  if (role !== 'shopper') requireProven(known);
  return proven(known);

  /** No look-up: the session says whether it has proven a second factor. A former role limits nobody but its user. */
  function limited(given: VerifiedSession): VerifiedSession {
    const isShort = deps.secondFactor.isCompulsory && given.provenAt === undefined;
    return isShort ? { ...given, isUnproven: true } : given;
  }

  async function proven(given: VerifiedSession): Promise<VerifiedSession> {
    const isAsked =
      needsProof && (given.provenAt !== undefined || (await deps.secondFactor.hasFactor(given.userId)));
    if (isAsked) requireFreshProof(given);
    return given;
  }

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

/**
 * For what only staff may do. Routes for certain roles check it by themselves.
 * @throws {Problem} second_factor_required
 */
export function requireProven({ isUnproven }: VerifiedSession): void {
  if (isUnproven) throw new Problem('second_factor_required');
}

/** @throws {Problem} second_factor_again if the second factor was not proven in the last minutes */
export function requireFreshProof({ provenAt = 0 }: VerifiedSession): void {
  if (provenAt < Date.now() / 1000 - freshMinutes * 60) throw new Problem('second_factor_again');
}

const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS']);

function refuseOtherSites({ method, headers }: Request, publicUrl: URL): void {
  if (!safeMethods.has(method) && isFromOtherSite(headers, publicUrl))
    throw new Problem('cross_site_request');
}
