/**
 * Requests that another site makes a browser send. The browser adds our session cookie to them, if SameSite does not
 * stop it (it does not for other hosts of the same site). Browsers say where a request comes from; what is not a
 * browser says nothing and has no cookie to misuse, and a bearer token is never sent by accident.
 */

type Headers = {
  authorization?: string | undefined;
  origin?: string | undefined;
  host?: string | undefined;
  'sec-fetch-site'?: string | string[] | undefined;
};

/** Only this: a browser may add an Authorization of its own (Basic), and the cookie would then count beside it. */
export function hasBearerToken({ authorization }: Pick<Headers, 'authorization'>): boolean {
  return authorization?.startsWith('Bearer ') ?? false;
}

/**
 * Whether what this request asks for must not be done. For those that change something; others may come from anywhere.
 * `publicUrl`: where browsers reach the system, if that is not the host they name.
 */
export function isFromOtherSite(headers: Headers, publicUrl?: URL): boolean {
  if (hasBearerToken(headers)) return false;
  const { origin, host } = headers;
  const site = headers['sec-fetch-site'];
  // Said by every browser of today, and no page can make it say anything else.
  if (site !== undefined) return site !== 'same-origin' && site !== 'none';
  return origin !== undefined && !isOurOrigin(origin, host, publicUrl);
}

/** Whether a page with this origin is one of ours: of the host it asks, by the way that browsers come to us. */
export function isOurOrigin(origin: string, host: string | undefined, publicUrl?: URL): boolean {
  if (!URL.canParse(origin)) return false;
  const page = new URL(origin);
  if (page.host !== host && page.host !== publicUrl?.host) return false;
  // Whoever can change what comes by http must not act on what is asked by https.
  return publicUrl?.protocol !== 'https:' || page.protocol === 'https:';
}
