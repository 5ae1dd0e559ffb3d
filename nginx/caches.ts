/**
 * What nginx answers from memory. Nothing is kept unless the tier's answer says for how long (`s-maxage`), and never
 * one that sets a cookie. There are two kinds: reads that are the same for everybody, and "sold out".
 */

/** For `http`. Both are small, and nginx itself throws away what was not asked for of late. */
export function cacheZones(dir: string): string[] {
  return [
    `proxy_cache_path "${dir}/reads" levels=2 keys_zone=reads:4m max_size=64m inactive=10s use_temp_path=off;`,
    `proxy_cache_path "${dir}/sold-out" levels=2 keys_zone=sold_out:4m max_size=16m inactive=10s use_temp_path=off;`,
    // Whoever asks for their own gets it from the tier, without waiting for anybody else's answer.
    'map $arg_mine $asks_for_own { default 1; "" 0; }',
  ];
}

/**
 * For a location whose answers are the same for everybody: one who asks has the tier asked, all others wait for that
 * answer, or take the one before it. A tier that fails is not noticed as long as somebody asks every ten seconds.
 * @param key what the answer depends on, besides what it names in `Vary`
 */
export function cacheReads(key: '$uri' | '$uri$is_args$args'): string {
  return [
    'proxy_cache reads;',
    `proxy_cache_key ${key};`,
    'proxy_cache_lock on;',
    'proxy_cache_lock_timeout 1s;',
    'proxy_cache_use_stale updating error timeout http_500 http_502 http_503 http_504;',
    'proxy_cache_bypass $asks_for_own;',
    'proxy_no_cache $asks_for_own;',
  ].join('\n            ');
}

/**
 * For entries: docs/decisions/025-a-flood-at-the-front-door.md. Entries never wait for each other (no lock). Nor is an old
 * answer used for longer than it allows itself: a drop that has seats again must be entered again.
 */
export function cacheSoldOut(): string {
  return [
    'proxy_cache sold_out;',
    'proxy_cache_methods POST;',
    // nginx cannot be told to leave GET out, which is general's.
    'proxy_cache_key "$request_method $uri";',
    // How long it may be kept is for nginx alone to know.
    'proxy_hide_header Cache-Control;',
    'proxy_hide_header X-Request-Id;',
    'add_header Cache-Control no-store always;',
    'add_header X-Request-Id $checked_request_id always;',
  ].join('\n            ');
}
