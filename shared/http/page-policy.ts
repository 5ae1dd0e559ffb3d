/**
 * The Content-Security-Policy of our pages: nothing from any other host, no script or style within a page. `hosts` are
 * those under which browsers reach us, as `host:port`; some browsers do not take 'self' to mean sockets too.
 */
export function pagePolicy(hosts: readonly string[]): string {
  const sockets = hosts.flatMap((host) => [`ws://${host}`, `wss://${host}`]);
  return [
    "default-src 'self'",
    "img-src 'self' data:",
    "style-src 'self'",
    ["connect-src 'self'", ...sockets].join(' '),
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ');
}
