import { pagePaths, type PagePath } from '../shared/contract/page-paths.ts';
import { usualLimits, type Limits } from '../shared/http/front-door-limits.ts';
import { frontDoorKeepsMs } from '../shared/tier/listen.ts';
import { pagePolicy } from '../shared/http/page-policy.ts';
import { type ProblemCode, problemBody, problemContentType } from '../shared/tier/problems.ts';
import { sessionCookiePatterns } from '../shared/auth/session-cookie.ts';
import { cacheReads, cacheSoldOut, cacheZones } from './caches.ts';
import { limitConnections, limitRate, limitSockets, limitZones } from './limits.ts';

export type NginxOptions = {
  /** `address:port` */
  listen: string;
  /** `address:port` of every instance of each tier. */
  upstreams: Record<'publisher' | 'realtime' | 'general', readonly string[]>;
  /** Addresses or networks whose X-Forwarded-For and X-Forwarded-Proto are believed. */
  trustedProxies: readonly string[];
  /** Absolute; holds pid and temporary files. */
  dir: string;
  /** The built pages (`web/dist`), absolute; without them everything that is not a tier's is general's. */
  pages?: string;
  /** A file for one JSON line per request; default: none. */
  accessLog?: string;
  /**
   * Where browsers reach the system. With it, requests for any other host are refused (and where it is this machine, all
   * of this machine's names are one), and browsers are told to stay with https if it is. Default: every host is served.
   */
  publicUrl?: string;
  limits?: Partial<Limits>;
  /** Whether answers that allow it are given from memory; without it for measuring what that costs. Default: yes. */
  caches?: boolean;
  workers?: number | 'auto';
  /** Whom the workers run as when nginx is started by root; default: nginx's own choice. */
  user?: string;
};

/** The whole nginx.conf of the front door. Runs in the foreground and logs errors to stderr. */
export function nginxConfig(options: NginxOptions): string {
  const { listen, upstreams, trustedProxies, dir, pages, accessLog, workers = 'auto', user } = options;
  const { caches = true, publicUrl } = options;
  const limits = { ...usualLimits, ...options.limits };
  const lines = (of: readonly string[]): string => of.join('\n    ');
  const hosts = publicUrl === undefined ? [] : hostsOf(publicUrl);
  const onlyHttps = hostsAreHttps(publicUrl);
  return `
daemon off;
${user === undefined ? '' : `user ${user};`}
worker_processes ${workers};
worker_rlimit_nofile 131072;
pid ${quoted(`${dir}/nginx.pid`)};
error_log stderr warn;
# A socket takes two: to the browser and to realtime.
events { worker_connections 65536; }

http {
    server_tokens off;
    default_type application/octet-stream;
    client_body_temp_path ${quoted(`${dir}/body`)};
    proxy_temp_path ${quoted(`${dir}/proxy`)};
    fastcgi_temp_path ${quoted(`${dir}/fastcgi`)};
    uwsgi_temp_path ${quoted(`${dir}/uwsgi`)};
    scgi_temp_path ${quoted(`${dir}/scgi`)};
    ${accessLog === undefined ? 'access_log off;' : accessLogLines(accessLog)}

    # Who is asking: only a trusted proxy may name another address than its own. $remote_addr is the result.
    ${lines(trustedProxies.map((proxy) => `set_real_ip_from ${proxy};`))}
    real_ip_header X-Forwarded-For;
    real_ip_recursive on;
    geo $realip_remote_addr $behind_trusted_proxy {
        default 0;
        ${lines(trustedProxies.map((proxy) => `${proxy} 1;`))}
    }
    map "$behind_trusted_proxy $http_x_forwarded_proto" $forwarded_proto {
        default $scheme;
        "1 http" http;
        "1 https" https;
    }
    map $http_x_request_id $checked_request_id {
        default $request_id;
        "~^[\\w.-]{8,64}$" $http_x_request_id;
    }
    map $http_upgrade $connection_header {
        default upgrade;
        "" ""; # keeps the connection to the tier open
    }

    # A session token is counted by its signature: short, and no two tokens share it. The last characters are
    # left out, because some decoders read several spellings of them as one. Cookie and header are counted
    # apart, so that junk in one does not hide the token in the other. The cookie is the one that the tiers read
    # (shared/auth/session-cookie.ts); a variable cannot be named after it.
    map $http_cookie $cookie_token { "~${sessionCookiePatterns[onlyHttps ? 'https' : 'http']}[\\w-]+\\.[\\w-]+\\.(?<cookie_signature>[\\w-]{40})" $cookie_signature; }
    map $http_authorization $header_token { "~*^Bearer +[\\w-]+\\.[\\w-]+\\.(?<header_signature>[\\w-]{40})" $header_signature; }
    ${lines(limitZones(limits))}
    ${caches ? lines(cacheZones(dir)) : ''}

    client_max_body_size 16k;
    client_body_buffer_size 16k; # bodies never touch the disk
    client_header_timeout 10s;
    client_body_timeout 10s; # between two reads: for all of a body the tiers have a limit, to whom it is passed as it comes
    proxy_request_buffering off;
    lingering_time 10s; # for the rest of a body that nobody wants any more
    send_timeout 30s;
    keepalive_timeout 65s;
    keepalive_requests 10000;
    reset_timedout_connection on;
    absolute_redirect off; # names no host that somebody made up

    # Short answers fit one packet anyway. Level 1 takes off most of it for the least CPU, which a rush is short of.
    gzip on;
    gzip_comp_level 1;
    gzip_min_length 1024;
    gzip_proxied any;
    gzip_vary on;
    gzip_types application/json ${problemContentType} text/css text/javascript text/csv text/plain image/svg+xml;

    ${upstream('publisher', upstreams.publisher)}
    ${upstream('general', upstreams.general)}
    # Long polling spreads one session over many requests, which must all reach the same instance.
    ${upstream('realtime', upstreams.realtime, 'hash $client consistent;')}
    map $request_method $entry_tier {
        default general;
        POST publisher;
    }

    proxy_http_version 1.1;
    proxy_set_header Host $http_host;
    proxy_set_header Connection $connection_header;
    proxy_set_header Upgrade $http_upgrade;
    proxy_set_header X-Request-Id $checked_request_id;
    proxy_set_header X-Forwarded-For $remote_addr; # one address, already checked
    proxy_set_header X-Forwarded-Proto $forwarded_proto;
    # Nobody behind here reads these, and nobody should come to.
    proxy_set_header X-Forwarded-Host "";
    proxy_set_header X-Real-IP "";
    proxy_set_header Forwarded "";
    proxy_connect_timeout 2s;
    proxy_send_timeout 10s;
    proxy_read_timeout 30s; # checkout may wait for the payment provider
    proxy_max_temp_file_size 0;
    proxy_hide_header X-Request-Id; # said once, below

    ${hosts.length === 0 ? '' : refuseOtherHosts(listen, onlyHttps)}
    server {
        listen ${listen}${hosts.length === 0 ? ' backlog=4096' : ''};
        ${hosts.length === 0 ? '' : `server_name ${hosts.join(' ')};`}
        add_header X-Request-Id $checked_request_id always;
        ${onlyHttps ? stayWithHttps : ''}

        ${limitConnections(limits)}

        # The rush comes in here and nowhere else.
        location ~ ^/api/drops/[1-9][0-9]*/entries$ {
            ${limitRate('entry', limits)}
            ${caches ? cacheSoldOut() : ''}
            ${caches && onlyHttps ? stayWithHttps : ''}
            gzip off; # answers with checkout tokens, which must not be told by their length
            proxy_read_timeout 10s;
            proxy_pass http://$entry_tier;
        }
        location /socket.io/ {
            ${limitRate('general', limits)}
            ${limitSockets(limits)}
            proxy_read_timeout 90s; # longer than two heartbeats
            proxy_pass http://realtime;
        }
        # Pages that search engines and link previews read: general puts in what they are about.
        location ~ ^/events/[0-9]+$ {
            ${limitRate('general', limits)}
            ${caches ? cacheReads('$uri') : ''}
            ${pages === undefined ? '' : 'error_page 502 504 =200 /index.html; # the page itself can say it'}
            proxy_pass http://general;
        }
        location ~ ^/api/drops/[1-9][0-9]*/(?:seats|announcements)$ {
            ${limitRate('general', limits)}
            ${caches ? cacheReads('$uri') : ''}
            proxy_pass http://general;
        }
        # What has sessions and checkout tokens in it is not compressed: its length would say something of them.
        location ~ ^/api/(?:auth/|checkout$|drops/[1-9][0-9]*/entry$) {
            ${limitRate('general', limits)}
            gzip off;
            proxy_pass http://general;
        }
        location ~ ^/api/(events|openapi\\.json)$ {
            ${limitRate('general', limits)}
            ${caches ? cacheReads('$uri$is_args$args') : ''}
            proxy_pass http://general;
        }
        location ${pages === undefined ? '/' : '/api/'} {
            ${limitRate('general', limits)}
            proxy_pass http://general;
        }
        ${pages === undefined ? '' : pageLocations(pages, onlyHttps)}

        # What ops see of the tiers is not public, however it is spelled.
        location ~* ^/(healthz|readyz|metrics)/*$ { return 404; }
        location = /healthz {
            default_type application/json;
            return 200 '{"status":"alive"}';
        }

        ${problemPages(onlyHttps)}
    }
}
`.trimStart();
}

/** A path may have spaces. */
function quoted(path: string): string {
  return `"${path.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}

/** Under which names browsers may ask for the system. */
function hostsOf(publicUrl: string): string[] {
  const { hostname } = new URL(publicUrl);
  const ofThisMachine = ['127.0.0.1', 'localhost', '[::1]'];
  return ofThisMachine.includes(hostname) ? ofThisMachine : [hostname];
}

function hostsAreHttps(publicUrl: string | undefined): boolean {
  return publicUrl !== undefined && new URL(publicUrl).protocol === 'https:';
}

/** For a year browsers come by https alone. Not for hosts below this one: those may be somebody else's. */
const stayWithHttps = 'add_header Strict-Transport-Security "max-age=31536000" always;';

/**
 * A page of somebody else's whose name leads here (DNS rebinding) gets nothing, and neither does who makes a Host up. Load
 * balancers and containers ask for our health by address.
 */
function refuseOtherHosts(listen: string, onlyHttps: boolean): string {
  return `server {
        listen ${listen} default_server backlog=4096;
        add_header X-Request-Id $checked_request_id always;
        location / { return 421; }
        location = /healthz {
            default_type application/json;
            return 200 '{"status":"alive"}';
        }
        ${problemPages(onlyHttps)}
    }`;
}

function accessLogLines(file: string): string {
  // $uri and not $request: queries may hold what should not be kept.
  return `log_format json escape=json '{"time":"$time_iso8601","requestId":"$checked_request_id",'
        '"address":"$remote_addr","method":"$request_method","path":"$uri","status":$status,'
        '"seconds":$request_time,"upstream":"$upstream_addr"}';
    access_log ${quoted(file)} json buffer=64k flush=1s;`;
}

/** Addresses that are pages, as an expression of nginx. Anything else is not found. */
const pageRoutes = `^(?:${pagePaths.map(expressionOf).join('|')})$`;

/** A slash at the end changes nothing, as for the web app. */
function expressionOf(path: PagePath): string {
  if (path === '/') return path;
  const part = '/[^/]+';
  return `${path.replaceAll(/\/:\w+\?/g, `(?:${part})?`).replaceAll(/\/:\w+/g, part)}/?`;
}

/** The built pages: files named after what is in them for ever, the page that names them never from memory. */
function pageLocations(pages: string, onlyHttps: boolean): string {
  const headers = (cache: string): string =>
    [
      'add_header X-Request-Id $checked_request_id always;',
      `add_header Cache-Control "${cache}" always;`,
      `add_header Content-Security-Policy "${pagePolicy([])}" always;`,
      'add_header X-Content-Type-Options nosniff always;',
      'add_header Referrer-Policy same-origin always;',
      ...(onlyHttps ? [stayWithHttps] : []),
    ].join('\n            ');
  return `root ${quoted(pages)};
        types {
            text/html html;
            text/css css;
            text/javascript js;
            text/plain txt;
            image/svg+xml svg;
            image/png png;
            font/woff2 woff2;
        }
        location /assets/ {
            gzip_static on;
            ${headers('public, max-age=31536000, immutable')}
            try_files $uri =404;
        }
        location ~ ${pageRoutes} {
            ${headers('no-cache')}
            try_files /index.html =404;
        }
        # Files beside the page, such as its icon; a page that says so for everything else.
        location / {
            ${headers('no-cache')}
            error_page 404 /index.html;
            try_files $uri =404;
        }
        location = /built-from.txt { return 404; }`;
}

function upstream(name: string, servers: readonly string[], balance = ''): string {
  return `upstream ${name} {
        ${balance}
        ${servers.map((server) => `server ${server};`).join('\n        ')}
        keepalive 1024; # a publisher answers many at once; what is over would be closed, and opened again for the next
        keepalive_requests 100000;
        keepalive_timeout ${frontDoorKeepsMs}ms; # a tier that stops waits for longer: no request meets a closing connection
    }`;
}

/** What nginx itself answers, in the form the tiers use. Their own errors pass through untouched. */
function problemPages(onlyHttps: boolean): string {
  const pages: [status: number, code: ProblemCode, retryAfter?: number][] = [
    [400, 'invalid_request'],
    [403, 'not_found'],
    [404, 'not_found'],
    [405, 'method_not_allowed'],
    [408, 'invalid_request'],
    [411, 'invalid_request'],
    [412, 'invalid_request'],
    [413, 'body_too_large'],
    [414, 'invalid_request'],
    [416, 'invalid_request'],
    [421, 'invalid_request'],
    [429, 'too_many_requests', 1],
    [431, 'invalid_request'],
    [500, 'internal'],
    [501, 'invalid_request'],
    [502, 'unavailable', 1],
    [503, 'unavailable', 1],
    [504, 'unavailable', 1],
    [505, 'invalid_request'],
  ];
  // What nginx calls 494 is said as what others call it.
  const spelled = (status: number): string => (status === 431 ? '431 494 =431' : `${status}`);
  return pages
    .map(([status, code, retryAfter]) => {
      const body = JSON.stringify({ ...problemBody(code), status }).replaceAll("'", "\\'");
      // Not a named location: nginx cannot go to one before it has read an address, which may be what is wrong.
      return `error_page ${spelled(status)} /.problem/${status};
        location = /.problem/${status} {
            internal;
            default_type ${problemContentType};
            add_header X-Request-Id $checked_request_id always;
            add_header X-Content-Type-Options nosniff always;
            add_header Content-Security-Policy "default-src 'none'; frame-ancestors 'none'" always;
            add_header Cache-Control no-store always;
            ${onlyHttps ? stayWithHttps : ''}
            ${status === 405 ? 'add_header Allow "GET, HEAD, POST, PUT, PATCH, DELETE" always;' : ''}
            ${retryAfter === undefined ? '' : `add_header Retry-After ${retryAfter} always;`}
            return ${status} '${body}';
        }`;
    })
    .join('\n        ');
}
