/**
 * Where a request carries its session: in `Authorization: Bearer`, else in a cookie. The cookie's name depends on the
 * scheme that browsers use. Over https it is `__Host-session`, which browsers accept only from this host and only over
 * https; over http they would refuse that name. Only one of the two names is read; otherwise a `session` cookie, which
 * anybody on the network path or on a neighbouring host can set, could replace the protected one.
 */
type CredentialHeaders = { authorization?: string | undefined; cookie?: string | undefined };

const names = { https: '__Host-session', http: 'session' } as const;

/** Regular expressions for the part of a Cookie header before that cookie's value; tiers and nginx use the same. */
export const sessionCookiePatterns = {
  https: patternOf(names.https),
  http: patternOf(names.http),
} as const;

const inCookie = {
  https: new RegExp(`${sessionCookiePatterns.https}([^;]*)`),
  http: new RegExp(`${sessionCookiePatterns.http}([^;]*)`),
} as const;

function patternOf(name: string): string {
  return `(?:^|;)[ \\t]*${name}=[ \\t]*`;
}

/** The scheme that browsers use. `publicUrl`: the address that browsers use; without it the scheme is http. */
export function schemeOf(publicUrl: URL | undefined): 'https' | 'http' {
  return publicUrl?.protocol === 'https:' ? 'https' : 'http';
}

export function sessionCookieName(publicUrl: URL | undefined): string {
  return names[schemeOf(publicUrl)];
}

/** The token a request or a socket handshake carries: the Authorization header wins over the cookie. */
export function sessionToken(
  { authorization, cookie }: CredentialHeaders,
  publicUrl: URL | undefined,
): string | undefined {
  if (authorization?.startsWith('Bearer ')) return authorization.slice('Bearer '.length);
  return cookie === undefined ? undefined : inCookie[schemeOf(publicUrl)].exec(cookie)?.[1]?.trimEnd();
}
