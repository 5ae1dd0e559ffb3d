/** nginx directives that limit requests and connections. Requests beyond a limit get 429. */
import type { Limit, Limits } from '../shared/http/front-door-limits.ts';

/**
 * Directives for `http`. A request without the key is not counted. 16 MB hold about 100,000 keys. A request refused
 * by one limit is counted by none, so that a client over its own limit takes nothing from others at the same address.
 * A connection counts only while it has a request under way, so that each connection of a load balancer counts for
 * the client that is using it.
 */
export function limitZones(limits: Limits): string[] {
  return [
    ...client,
    rateZone('entry_address', '$client_without_session', limits.entryPerAddress),
    rateZone('entry_address_session', '$client_with_session', limits.entryPerAddressWithSession),
    rateZone('entry_cookie', '$cookie_token', limits.entryPerToken),
    rateZone('entry_header', '$header_token', limits.entryPerToken),
    rateZone('general_address', '$client_without_session', limits.generalPerAddress),
    rateZone('general_address_session', '$client_with_session', limits.generalPerAddressWithSession),
    rateZone('general_cookie', '$cookie_token', limits.generalPerToken),
    rateZone('general_header', '$header_token', limits.generalPerToken),
    ...searches,
    rateZone('search_address', '$search_without_session', limits.searchPerAddress),
    rateZone('search_address_session', '$search_with_session', limits.searchPerAddressWithSession),
    rateZone('search_cookie', '$search_cookie', limits.searchPerToken),
    rateZone('search_header', '$search_header', limits.searchPerToken),
    'limit_req_status 429;',
    'limit_req_log_level info;',
    'limit_conn_zone $client_without_session zone=connections_address:16m;',
    'limit_conn_zone $client_with_session zone=connections_address_session:16m;',
    'limit_conn_zone $client zone=sockets_address:16m;',
    'limit_conn_zone $cookie_token zone=sockets_cookie:16m;',
    'limit_conn_zone $header_token zone=sockets_header:16m;',
    'limit_conn_status 429;',
    'limit_conn_log_level info;',
  ];
}

/** The key of shared/http/client-address.ts in bytes, and whether the client shows anything like a session. */
const client = [
  'map $binary_remote_addr $client {',
  '    default $binary_remote_addr;',
  String.raw`    "~(?s)^\x00{10}\xff\xff(?<mapped_ipv4>.{4})\z" $mapped_ipv4;`,
  String.raw`    "~(?s)^(?<ipv6_network>.{8}).{8}\z" $ipv6_network;`,
  '}',
  'map "$cookie_token$header_token" $client_with_session { default $client; "" ""; }',
  'map "$cookie_token$header_token" $client_without_session { default ""; "" $client; }',
];

/**
 * A list of events is a search unless its query has nothing but the names of plain lists: whatever else is in it, in
 * whatever spelling, may be understood by the tier. Keys of requests that are no searches are empty. nginx tries no
 * expression on an empty query.
 */
const searches = [
  'map $args $is_search { default 1; "" ""; "~^(?:(?:limit|after|mine|organizerId|when)=[^&]*(?:&|$))*$" ""; }',
  ...[
    ['search_without_session', 'client_without_session'],
    ['search_with_session', 'client_with_session'],
    ['search_cookie', 'cookie_token'],
    ['search_header', 'header_token'],
  ].map(([name, key]) => `map $is_search $${name} { default $${key}; "" ""; }`),
];

/** Directives for a location: its request rate. */
export function limitRate(kind: 'entry' | 'general' | 'search', limits: Limits): string {
  const [perToken, perAddress, perAddressWithSession] = {
    entry: [limits.entryPerToken, limits.entryPerAddress, limits.entryPerAddressWithSession],
    general: [limits.generalPerToken, limits.generalPerAddress, limits.generalPerAddressWithSession],
    search: [limits.searchPerToken, limits.searchPerAddress, limits.searchPerAddressWithSession],
  }[kind] as [Limit, Limit, Limit];
  return [
    `limit_req zone=${kind}_cookie burst=${perToken.burst} nodelay;`,
    `limit_req zone=${kind}_header burst=${perToken.burst} nodelay;`,
    `limit_req zone=${kind}_address burst=${perAddress.burst} nodelay;`,
    `limit_req zone=${kind}_address_session burst=${perAddressWithSession.burst} nodelay;`,
  ].join('\n            ');
}

/** Directives for `server`; a location with a connection limit of its own is counted by that limit alone. */
export function limitConnections(limits: Limits): string {
  return [
    `limit_conn connections_address ${limits.connectionsPerAddress};`,
    `limit_conn connections_address_session ${limits.connectionsPerAddressWithSession};`,
  ].join('\n        ');
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
