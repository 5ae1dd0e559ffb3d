/**
 * Recognizes requests that a page of another site makes a browser send (CSRF). The browser adds our session cookie to
 * them unless SameSite prevents it, which it does not for other hosts of the same site. Browsers name the origin of a
 * request. Other clients name none, but have no cookie to misuse, and a bearer token is never sent by accident.
 */

type Headers = {
  authorization?: string | undefined;
  origin?: string | undefined;
  host?: string | undefined;
  'sec-fetch-site'?: string | string[] | undefined;
};

/**
 * Only `Bearer` counts: a browser may add an Authorization header of its own (Basic), and then the session would still
 * come from the cookie.
 */
export function hasBearerToken({ authorization }: Pick<Headers, 'authorization'>): boolean {
  return authorization?.startsWith('Bearer ') ?? false;
}

/**
 * Whether a request that changes something must be refused. Requests that only read may come from any site.
 * `publicUrl`: the address that browsers use, if it is not the host of the request.
 */
export function isFromOtherSite(headers: Headers, publicUrl?: URL): boolean {
  if (hasBearerToken(headers)) return false;
  const { origin, host } = headers;
  const site = headers['sec-fetch-site'];
  // Every current browser sends this header, and no page can change it.
  if (site !== undefined) return site !== 'same-origin' && site !== 'none';
  return origin !== undefined && !isOurOrigin(origin, host, publicUrl);
}

/** Whether a page with this origin is ours: its host is the request's or that of `publicUrl`, and its scheme fits. */
export function isOurOrigin(origin: string, host: string | undefined, publicUrl?: URL): boolean {
  if (!URL.canParse(origin)) return false;
  const page = new URL(origin);
  if (page.host !== host && page.host !== publicUrl?.host) return false;
  // An attacker who can change pages loaded by http must not be able to send requests by https.
  return publicUrl?.protocol !== 'https:' || page.protocol === 'https:';
}
