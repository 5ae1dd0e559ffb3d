/**
 * Where a request carries its session: in `Authorization: Bearer`, else in a cookie of which the name depends on how
 * browsers come. Over https it is `__Host-session`, which browsers take from this very host over https alone and from no
 * neighbour; over http they would refuse that name. Of the two only the one is read, or a cookie that anybody on the way
 * or on a neighbouring host can set would stand in for it.
 */
type Carries = { authorization?: string | undefined; cookie?: string | undefined };

const names = { https: '__Host-session', http: 'session' } as const;

/** What stands before the value of that cookie in a Cookie header, for tiers and nginx alike. */
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

/** By what browsers come. `publicUrl`: where they reach the system; without it that is http. */
export function schemeOf(publicUrl: URL | undefined): 'https' | 'http' {
  return publicUrl?.protocol === 'https:' ? 'https' : 'http';
}

export function sessionCookieName(publicUrl: URL | undefined): string {
  return names[schemeOf(publicUrl)];
}

/** The token a request or a socket handshake carries: the Authorization header wins over the cookie. */
export function sessionToken(
  { authorization, cookie }: Carries,
  publicUrl: URL | undefined,
): string | undefined {
  if (authorization?.startsWith('Bearer ')) return authorization.slice('Bearer '.length);
  return cookie === undefined ? undefined : inCookie[schemeOf(publicUrl)].exec(cookie)?.[1]?.trimEnd();
}
