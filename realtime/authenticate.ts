/**
 * Authenticates a socket by the session token of its handshake: `auth.token`, an Authorization header or the cookie. A
 * client without a token is anonymous. A client with an invalid token is refused rather than taken for anonymous, so
 * that no user believes to be signed in and waits for outcomes that never come.
 */
import type { IncomingMessage } from 'node:http';
import type { BannedUsers } from '../shared/auth/banned-users.ts';
import type { KeyList } from '../shared/auth/key-list.ts';
import { hasBearerToken, isOurOrigin } from '../shared/auth/other-sites.ts';
import { problems, type ProblemCode } from '../shared/tier/problems.ts';
import { sessionToken } from '../shared/auth/session-cookie.ts';
import { verifySession, type VerifiedSession } from '../shared/auth/session.ts';

export type SocketSession = Pick<VerifiedSession, 'userId' | 'issuedAt' | 'signInId'> & {
  /** Milliseconds since 1970. */
  endsAt: number;
};

/**
 * What is kept of the request that opened a connection; the request itself is released to save memory. `foreign`: a
 * page of another site opened it.
 */
export type Credentials = { token: string | undefined; foreign: boolean };

/** Refuses a handshake. The client's `connect_error` has the code as `error.data.code`. */
export class Refused extends Error {
  readonly data: { code: ProblemCode };

  constructor(code: ProblemCode) {
    super(problems[code].title);
    this.data = { code };
  }
}

/** `publicUrl`: the address that browsers use; by default http and the host of the request. */
export function readCredentials({ headers }: IncomingMessage, publicUrl: URL | undefined): Credentials {
  const { origin, host } = headers;
  // Browsers let any page open a socket and send our cookie with it, but they name the page's origin. Other clients
  // name none.
  const isOurs = origin === undefined || isOurOrigin(origin, host, publicUrl);
  return { token: sessionToken(headers, publicUrl), foreign: !isOurs && !hasBearerToken(headers) };
}

export type AuthenticateDeps = {
  sessionKeys: KeyList;
  bannedUsers: Pick<BannedUsers, 'refusal' | 'loaded'>;
};

/**
 * The session of a new socket; undefined for an anonymous one.
 * @throws {Refused} not_signed_in, banned, cross_site_request or unavailable
 */
export function authenticate(
  auth: unknown,
  credentials: Credentials | undefined,
  { sessionKeys, bannedUsers }: AuthenticateDeps,
): SocketSession | undefined {
  const given = (auth as { token?: unknown } | undefined)?.token;
  if (given !== undefined && given !== null && typeof given !== 'string') throw new Refused('not_signed_in');
  const token = given ?? credentials?.token;
  if (token === undefined) return undefined;
  if (typeof given !== 'string' && credentials?.foreign) throw new Refused('cross_site_request');

  const session = verifySession(token, sessionKeys);
  if (!session) throw new Refused('not_signed_in');
  if (!bannedUsers.loaded()) throw new Refused('unavailable');
  const { userId, issuedAt, endsAt, scope, signInId } = session;
  const refusal = bannedUsers.refusal(session) ?? (scope === 'tickets' ? 'banned' : undefined);
  if (refusal) throw new Refused(refusal);
  return { userId, issuedAt, endsAt: endsAt * 1000, ...(signInId !== undefined && { signInId }) };
}
