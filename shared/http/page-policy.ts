/**
 * The Content-Security-Policy of our pages: nothing from other hosts, no inline script or style. `hosts`: the hosts
 * that browsers use, as `host:port`. They are listed since in some browsers 'self' does not include websockets.
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
