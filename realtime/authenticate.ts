/**
 * Who is at the other end of a socket: the session token of its handshake, which may come as `auth.token`, as an
 * Authorization header or as the cookie. None at all is an anonymous client; one that is not valid is refused rather
 * than taken for anonymous, so that nobody believes to be signed in and waits for word that never comes.
 */
import type { IncomingMessage } from 'node:http';
import type { BannedUsers } from '../shared/auth/banned-users.ts';
import type { KeyList } from '../shared/auth/key-list.ts';
import { hasBearerToken, isOurOrigin } from '../shared/auth/other-sites.ts';
import { problems, type ProblemCode } from '../shared/tier/problems.ts';
import { sessionToken } from '../shared/auth/session-cookie.ts';
import { verifySession, type VerifiedSession } from '../shared/auth/session.ts';

export type SocketSession = Pick<VerifiedSession, 'userId' | 'issuedAt'> & {
  /** Milliseconds since 1970. */
  endsAt: number;
};

/** What counts of the request that opened a connection; the request itself is let go, for its memory. */
export type Credentials = { token: string | undefined; foreign: boolean };

/** Refuses a handshake; the client's `connect_error` has the code as `error.data.code`. */
export class Refused extends Error {
  readonly data: { code: ProblemCode };

  constructor(code: ProblemCode) {
    super(problems[code].title);
    this.data = { code };
  }
}

/** `publicUrl`: where browsers reach the system; without it by http, and at the host they name. */
export function readCredentials({ headers }: IncomingMessage, publicUrl: URL | undefined): Credentials {
  const { origin, host } = headers;
  // Browsers let any page open a socket and send our cookie along. They say where the page is from; nobody else does.
  const ours = origin === undefined || isOurOrigin(origin, host, publicUrl);
  return { token: sessionToken(headers, publicUrl), foreign: !ours && !hasBearerToken(headers) };
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
  const { userId, issuedAt, endsAt, scope } = session;
  const refusal = bannedUsers.refusal(session) ?? (scope && 'banned');
  if (refusal) throw new Refused(refusal);
  return { userId, issuedAt, endsAt: endsAt * 1000 };
}
