/**
 * Responses that nginx caches. A response is cached only if the tier says for how long (`s-maxage`), and never if it
 * sets a cookie. There are two kinds: reads that are the same for everybody, and "sold out".
 */

/** Directives for `http`. Both caches are small, and nginx itself removes what was not requested recently. */
export function cacheZones(dir: string): string[] {
  return [
    `proxy_cache_path "${dir}/reads" levels=2 keys_zone=reads:4m max_size=56m inactive=10s use_temp_path=off;`,
    // Searches have a cache of their own, so that many different ones evict nothing that all pages read.
    `proxy_cache_path "${dir}/searches" levels=2 keys_zone=searches:1m max_size=8m inactive=10s use_temp_path=off;`,
    'map $is_search $list_cache { default searches; "" reads; }',
    `proxy_cache_path "${dir}/sold-out" levels=2 keys_zone=sold_out:4m max_size=16m inactive=10s use_temp_path=off;`,
    // A request for the caller's own data goes to the tier without waiting for another request's response.
    'map $arg_mine $asks_for_own { default 1; "" 0; }',
  ];
}

/**
 * Directives for a location whose responses are the same for everybody: one request goes to the tier, all others wait
 * for its response or get the previous one. As long as a URL is requested every ten seconds, a failing tier is not
 * noticed.
 * @param key what the response depends on, besides what it names in `Vary`
 */
export function cacheReads(key: '$uri' | '$uri$is_args' | '$uri$is_args$args'): string {
  return [
    `proxy_cache ${key === '$uri$is_args$args' ? '$list_cache' : 'reads'};`,
    `proxy_cache_key ${key};`,
    'proxy_cache_lock on;',
    'proxy_cache_lock_timeout 1s;',
    'proxy_cache_use_stale updating error timeout http_500 http_502 http_503 http_504;',
    'proxy_cache_bypass $asks_for_own;',
    'proxy_no_cache $asks_for_own;',
  ].join('\n            ');
}

/**
 * Directives for entries: docs/decisions/025-a-flood-at-the-front-door.md. Entries never wait for each other (no
 * lock), and no response is used longer than it allows, since a drop that has seats again must accept entries again.
 */
export function cacheSoldOut(): string {
  return [
    'proxy_cache sold_out;',
    'proxy_cache_methods POST;',
    // GET of the same path is general's, and nginx cannot exclude GET from `proxy_cache_methods`.
    'proxy_cache_key "$request_method $uri";',
    // The allowed time is meant for nginx only.
    'proxy_hide_header Cache-Control;',
    'proxy_hide_header X-Request-Id;',
    'add_header Cache-Control no-store always;',
    'add_header X-Request-Id $checked_request_id always;',
  ].join('\n            ');
}
