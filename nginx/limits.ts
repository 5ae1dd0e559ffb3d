/** Limits on requests and connections, in nginx's words. What goes beyond gets 429. */
import type { Limit, Limits } from '../shared/front-door-limits.ts';

/**
 * For `http`. A request without the key (no token) is not counted. 16 MB remember some 100,000 keys.
 * Connections are those with a request under way, so that of a load balancer's each counts for whom it is used.
 */
export function limitZones(limits: Limits): string[] {
  return [
    rateZone('entry_address', '$binary_remote_addr', limits.entryPerAddress),
    rateZone('entry_cookie', '$cookie_token', limits.entryPerToken),
    rateZone('entry_header', '$header_token', limits.entryPerToken),
    rateZone('general_address', '$binary_remote_addr', limits.generalPerAddress),
    rateZone('general_cookie', '$cookie_token', limits.generalPerToken),
    rateZone('general_header', '$header_token', limits.generalPerToken),
    'limit_req_status 429;',
    'limit_req_log_level info;',
    'limit_conn_zone $binary_remote_addr zone=connections_address:16m;',
    'limit_conn_zone $binary_remote_addr zone=sockets_address:16m;',
    'limit_conn_zone $cookie_token zone=sockets_cookie:16m;',
    'limit_conn_zone $header_token zone=sockets_header:16m;',
    'limit_conn_status 429;',
    'limit_conn_log_level info;',
  ];
}

/** For a location: how often it may be asked. */
export function limitRate(kind: 'entry' | 'general', limits: Limits): string {
  const [perAddress, perToken] =
    kind === 'entry'
      ? [limits.entryPerAddress, limits.entryPerToken]
      : [limits.generalPerAddress, limits.generalPerToken];
  return [
    `limit_req zone=${kind}_address burst=${perAddress.burst} nodelay;`,
    `limit_req zone=${kind}_cookie burst=${perToken.burst} nodelay;`,
    `limit_req zone=${kind}_header burst=${perToken.burst} nodelay;`,
  ].join('\n            ');
}

/** For `server`; a location with a limit on connections of its own is counted by that alone. */
export function limitConnections({ connectionsPerAddress }: Limits): string {
  return `limit_conn connections_address ${connectionsPerAddress};`;
}

export function limitSockets({ socketsPerAddress, socketsPerToken }: Limits): string {
  return [
    `limit_conn sockets_address ${socketsPerAddress};`,
    `limit_conn sockets_cookie ${socketsPerToken};`,
    `limit_conn sockets_header ${socketsPerToken};`,
  ].join('\n            ');
}

function rateZone(name: string, key: string, { rate }: Limit): string {
  return `limit_req_zone ${key} zone=${name}:16m rate=${rate}r/s;`;
}
