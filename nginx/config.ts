import { pagePaths, type PagePath } from '../shared/contract/page-paths.ts';
import { usualLimits, type Limits } from '../shared/http/front-door-limits.ts';
import { frontDoorKeepsMs } from '../shared/tier/listen.ts';
import { decoderAllowed, pageHeaders, pagePolicy } from '../shared/http/page-policy.ts';
import { type ProblemCode, problemBody, problemContentType } from '../shared/tier/problems.ts';
import { sessionCookiePatterns } from '../shared/auth/session-cookie.ts';
import { cacheReads, cacheSoldOut, cacheZones } from './caches.ts';
import { limitConnections, limitRate, limitSockets, limitZones } from './limits.ts';

export type NginxOptions = {
  /** `address:port` */
  listen: string;
  /** `address:port` of every instance of each tier. */
  upstreams: Record<'publisher' | 'realtime' | 'general', readonly string[]> & {
    /** The sandbox payment provider, if it is the provider: pages show its frames, at /sandbox-payments/frame/. */
    sandboxPayments?: readonly string[] | undefined;
  };
  /** Addresses or networks whose X-Forwarded-For and X-Forwarded-Proto are trusted. */
  trustedProxies: readonly string[];
  /** Absolute path of the folder for pid and temporary files. */
  dir: string;
  /**
   * Absolute path of the built pages (`web/dist`); without them general serves everything that no other tier serves.
   */
  pages?: string;
  /** File for one JSON line per request; none by default. */
  accessLog?: string;
  /**
   * The URL at which browsers reach the system. If set, requests for any other host are refused (all names of this
   * machine are one host), and if it is https browsers are told to stay with https. By default every host is served.
   */
  publicUrl?: string;
  limits?: Partial<Limits>;
  /** Whether cacheable responses are cached; `false` is for measuring what caching is worth. Default: true. */
  caches?: boolean;
  workers?: number | 'auto';
  /** User of the workers if nginx is started by root; default: nginx's own choice. */
  user?: string;
};

/** The whole nginx.conf of the front door. With it nginx runs in the foreground and logs errors to stderr. */
export function nginxConfig(options: NginxOptions): string {
  const { listen, upstreams, trustedProxies, dir, pages, accessLog, workers = 'auto', user } = options;
  const { caches = true, publicUrl } = options;
  const limits = { ...usualLimits, ...options.limits };
  const lines = (directives: readonly string[]): string => directives.join('\n    ');
  const hosts = publicUrl === undefined ? [] : hostsOf(publicUrl);
  const onlyHttps = hostsAreHttps(publicUrl);
  return `
daemon off;
${user === undefined ? '' : `user ${user};`}
worker_processes ${workers};
worker_rlimit_nofile 131072;
pid ${quoted(`${dir}/nginx.pid`)};
error_log stderr warn;
# A socket takes two connections: to the browser and to realtime.
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

    # The client's address, $remote_addr: only a trusted proxy may name another address than its own.
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

    # Session tokens are counted by their signature, which is short and unique to a token. Its last characters are
    # left out, because some decoders accept several spellings of them. Cookie and header are counted separately,
    # so that an invalid value in one does not hide the token in the other. The cookie is the one that the tiers
    # read (shared/auth/session-cookie.ts); nginx has no variable for a cookie of such a name.
    map $http_cookie $cookie_token { "~${sessionCookiePatterns[onlyHttps ? 'https' : 'http']}[\\w-]+\\.[\\w-]+\\.(?<cookie_signature>[\\w-]{40})" $cookie_signature; }
    map $http_authorization $header_token { "~*^Bearer +[\\w-]+\\.[\\w-]+\\.(?<header_signature>[\\w-]{40})" $header_signature; }
    ${lines(limitZones(limits))}
    ${caches ? lines(cacheZones(dir)) : ''}

    client_max_body_size 16k;
    client_body_buffer_size 16k; # bodies never touch the disk
    client_header_timeout 10s;
    client_body_timeout 10s; # between two reads; the tiers, which get the body as it arrives, limit the time for all of it
    proxy_request_buffering off;
    lingering_time 10s; # for the rest of a body whose request was answered already
    send_timeout 30s;
    keepalive_timeout 65s;
    keepalive_requests 10000;
    reset_timedout_connection on;
    absolute_redirect off; # otherwise a redirect would name the host of the request, which may be forged

    # Short responses fit one packet anyway. Level 1 saves most bytes for the least CPU time, which is scarce in a rush.
    gzip on;
    gzip_comp_level 1;
    gzip_min_length 1024;
    gzip_proxied any;
    gzip_vary on;
    gzip_types application/json ${problemContentType} text/css text/javascript text/csv text/plain application/xml image/svg+xml;

    ${upstream('publisher', upstreams.publisher)}
    ${upstream('general', upstreams.general)}
    ${upstreams.sandboxPayments ? upstream('sandbox_payments', upstreams.sandboxPayments) : ''}
    # Long polling spreads one session over many requests, which must all reach the same instance.
    ${upstream('realtime', upstreams.realtime, 'hash $client consistent;')}
    map $request_method $entry_tier {
        default general;
        POST publisher;
    }

    ${proxySettings}

    ${hosts.length === 0 ? '' : refuseOtherHosts(listen, onlyHttps)}
    server {
        listen ${listen}${hosts.length === 0 ? ' backlog=4096' : ''};
        ${hosts.length === 0 ? '' : `server_name ${hosts.join(' ')};`}
        add_header X-Request-Id $checked_request_id always;
        ${onlyHttps ? stayWithHttps : ''}

        ${limitConnections(limits)}

        # Entries: the rush arrives at this location only.
        location ~ ^/api/drops/[1-9][0-9]*/entries$ {
            ${limitRate('entry', limits)}
            ${caches ? cacheSoldOut() : ''}
            ${caches && onlyHttps ? stayWithHttps : ''}
            gzip off; # the response to GET contains a checkout token, which its compressed length could reveal
            proxy_read_timeout 10s;
            proxy_pass http://$entry_tier;
        }
        location /socket.io/ {
            ${limitRate('general', limits)}
            ${limitSockets(limits)}
            proxy_read_timeout 90s; # longer than two heartbeats
            proxy_pass http://realtime;
        }
        ${pagesOfGeneral(limits, caches, pages !== undefined)}
        location ~ ^/api/drops/[1-9][0-9]*/(?:seats|announcements)$ {
            ${limitRate('general', limits)}
            ${caches ? cacheReads('$uri') : ''}
            proxy_pass http://general;
        }
        # Responses with sessions or checkout tokens are not compressed: their length could reveal parts of the secret.
        location ~ ^/api/(?:auth/|checkout$|drops/[1-9][0-9]*/entry$) {
            ${limitRate('general', limits)}
            gzip off;
            proxy_pass http://general;
        }
        location ~ ^/api/(events|openapi\\.json)$ {
            ${limitRate('general', limits)} ${limitRate('search', limits)}
            ${caches ? cacheReads('$uri$is_args$args') : ''}
            proxy_pass http://general;
        }
        location ${pages === undefined ? '/' : '/api/'} {
            ${limitRate('general', limits)}
            proxy_pass http://general;
        }
        ${pages === undefined ? '' : pageLocations(pages, onlyHttps)}
        ${upstreams.sandboxPayments ? sandboxFrames(limits) : ''}

        # The ops endpoints of the tiers are not public, in any spelling.
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

/** Pages whose content or policy depends on their address. `hasPages`: nginx has the built pages. */
function pagesOfGeneral(limits: Limits, caches: boolean, hasPages: boolean): string {
  return `# Pages for search engines and link previews: general adds the data of the event.
        location ~ ^/events/[0-9]+$ {
            ${limitRate('general', limits)}
            ${caches ? cacheReads('$uri') : ''}
            ${hasPages ? 'error_page 502 504 =200 /index.html; # the app shows the error' : ''}
            proxy_pass http://general;
        }
        # Lists of events, which general puts into the page. With any query it is the page alone.
        location ~ ^/(?:past/?)?$ {
            ${limitRate('general', limits)}
            ${caches ? cacheReads('$uri$is_args') : ''}
            ${hasPages ? 'error_page 502 504 =200 /index.html;' : ''}
            proxy_pass http://general;
        }
        # Files about the site: general knows its address, the events and the settings.
        location ~ ^/(?:sitemap\\.xml|robots\\.txt|\\.well-known/security\\.txt)$ {
            ${limitRate('general', limits)}
            ${caches ? cacheReads('$uri') : ''}
            proxy_pass http://general;
        }
        # The pay page: general adds the policy for the payment provider's scripts.
        location ~ ^/drops/[1-9][0-9]*/pay/?$ {
            ${limitRate('general', limits)}
            ${hasPages ? 'error_page 502 504 =200 /index.html;' : ''}
            proxy_pass http://general;
        }`;
}

const proxySettings = `proxy_http_version 1.1;
    proxy_set_header Host $http_host;
    proxy_set_header Connection $connection_header;
    proxy_set_header Upgrade $http_upgrade;
    proxy_set_header X-Request-Id $checked_request_id;
    proxy_set_header X-Forwarded-For $remote_addr; # one address, already checked
    proxy_set_header X-Forwarded-Proto $forwarded_proto;
    # The tiers must not rely on these headers, which the client could forge.
    proxy_set_header X-Forwarded-Host "";
    proxy_set_header X-Real-IP "";
    proxy_set_header Forwarded "";
    proxy_connect_timeout 2s;
    proxy_send_timeout 10s;
    proxy_read_timeout 30s; # checkout may wait for the payment provider
    proxy_max_temp_file_size 0;
    proxy_hide_header X-Request-Id; # added once, below`;

/** Frames of the sandbox provider, which needs neither the buyer's session nor may get it. Its API is not public. */
function sandboxFrames(limits: Limits): string {
  return `location ^~ /sandbox-payments/frame/ {
            ${limitRate('general', limits)}
            proxy_set_header Host $http_host;
            proxy_set_header Connection $connection_header;
            proxy_set_header X-Request-Id $checked_request_id;
            proxy_set_header Cookie "";
            proxy_set_header Authorization "";
            proxy_pass http://sandbox_payments/frame/;
        }`;
}

/** Quotes a path, which may contain spaces. */
function quoted(path: string): string {
  return `"${path.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}

/** The host names under which browsers may reach the system. */
function hostsOf(publicUrl: string): string[] {
  const { hostname } = new URL(publicUrl);
  const ofThisMachine = ['127.0.0.1', 'localhost', '[::1]'];
  return ofThisMachine.includes(hostname) ? ofThisMachine : [hostname];
}

function hostsAreHttps(publicUrl: string | undefined): boolean {
  return publicUrl !== undefined && new URL(publicUrl).protocol === 'https:';
}

/** Browsers use only https for a year. Subdomains are not included, since they may belong to others. */
const stayWithHttps = 'add_header Strict-Transport-Security "max-age=31536000" always;';

/**
 * Refuses requests whose Host is not ours: from a page whose name was rebound to this address (DNS rebinding), or
 * with an invented Host. /healthz is served, because load balancers and containers request it by address.
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
  // $uri and not $request, since queries may contain data that must not be kept.
  return `log_format json escape=json '{"time":"$time_iso8601","requestId":"$checked_request_id",'
        '"address":"$remote_addr","method":"$request_method","path":"$uri","status":$status,'
        '"seconds":$request_time,"upstream":"$upstream_addr"}';
    access_log ${quoted(file)} json buffer=64k flush=1s;`;
}

/** Addresses that are pages, as an expression of nginx. Anything else is not found. */
const pageRoutes = `^(?:${pagePaths.map(expressionOf).join('|')})$`;

const expressionOfDoor = `^${expressionOf('/organize/events/:id/check-in')}$`;

/** A slash at the end changes nothing, as for the web app. */
function expressionOf(path: PagePath): string {
  if (path === '/') return path;
  const part = '/[^/]+';
  return `${path.replaceAll(/\/:\w+\?/g, `(?:${part})?`).replaceAll(/\/:\w+/g, part)}/?`;
}

/** The built pages: files with a hash in their name are cached for ever, index.html never without revalidation. */
function pageLocations(pages: string, onlyHttps: boolean): string {
  const headers = (cache: string, policy = pagePolicy([])): string =>
    [
      'add_header X-Request-Id $checked_request_id always;',
      `add_header Cache-Control "${cache}" always;`,
      `add_header Content-Security-Policy "${policy}" always;`,
      ...Object.entries(pageHeaders).map(([name, value]) => `add_header ${name} ${value} always;`),
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
            application/wasm wasm;
        }
        location /assets/ {
            gzip_static on;
            ${headers('public, max-age=31536000, immutable')}
            try_files $uri =404;
        }
        # The page of the door, which decodes QR codes where the browser cannot.
        location ~ ${expressionOfDoor} {
            ${headers('no-cache', pagePolicy([], decoderAllowed))}
            try_files /index.html =404;
        }
        location ~ ${pageRoutes} {
            ${headers('no-cache')}
            try_files /index.html =404;
        }
        # Other files, such as the icon; for anything else the app's page, which shows "not found".
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
        keepalive 1024; # a publisher answers many requests at once; idle connections beyond this are closed and opened anew
        keepalive_requests 100000;
        keepalive_timeout ${frontDoorKeepsMs}ms; # a stopping tier waits longer, so that no request meets a closing connection
    }`;
}

/** nginx's own error responses, in the format of the tiers. Error responses of the tiers pass unchanged. */
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
  // nginx's own status 494 is answered as 431.
  const spelled = (status: number): string => (status === 431 ? '431 494 =431' : `${status}`);
  return pages
    .map(([status, code, retryAfter]) => {
      const body = JSON.stringify({ ...problemBody(code), status }).replaceAll("'", "\\'");
      // Not a named location: nginx cannot use one before it has parsed the request's path, which may be what is
      // wrong.
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
