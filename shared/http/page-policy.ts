/** What a policy allows beyond our own host, by directive. */
type Additions = Readonly<
  Partial<Record<'script-src' | 'frame-src' | 'connect-src' | 'form-action', readonly string[]>>
>;

/**
 * What Stripe documents that a page needs for its script and its forms (docs.stripe.com/security/guide, Content Security
 * Policy). Its fraud detection loads further hosts inside its own frames, which have their own policy.
 */
export const stripeHosts: Additions = {
  'script-src': ['https://js.stripe.com', 'https://*.js.stripe.com'],
  'frame-src': ['https://js.stripe.com', 'https://*.js.stripe.com', 'https://hooks.stripe.com'],
  'connect-src': ['https://api.stripe.com'],
};

/** For the page of the door: the decoder of QR codes, which is our own file, is WebAssembly. */
export const decoderAllowed: Additions = { 'script-src': ["'wasm-unsafe-eval'"] };

/**
 * Headers of every page, whether nginx or general sends it: where two pages differ in the opener policy, a browser begins
 * the second one in a new process.
 */
export const pageHeaders: Readonly<Record<string, string>> = {
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'same-origin',
  // Wallets of the pay page open a window of their own and answer to ours.
  'Cross-Origin-Opener-Policy': 'same-origin-allow-popups',
};

/**
 * The Content-Security-Policy of our pages: nothing from other hosts, unless `others` allow it, and no inline script
 * or style. `hosts`: the hosts that browsers use, as `host:port`. They are listed since in some browsers 'self' does not
 * include websockets.
 */
export function pagePolicy(hosts: readonly string[], others?: Additions): string {
  const sockets = hosts.flatMap((host) => [`ws://${host}`, `wss://${host}`]);
  return [
    "default-src 'self'",
    "img-src 'self' data:",
    "style-src 'self'",
    ["connect-src 'self'", ...sockets, ...(others?.['connect-src'] ?? [])].join(' '),
    ...(['script-src', 'frame-src'] as const)
      .filter((name) => others?.[name])
      .map((name) => [name, "'self'", ...(others?.[name] ?? [])].join(' ')),
    "worker-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    ["form-action 'self'", ...(others?.['form-action'] ?? [])].join(' '),
    "frame-ancestors 'none'",
  ].join('; ');
}
