import { Pool } from 'undici';

/** The sender of a request: an address, which is sent as the front proxy would send it, and a session. */
export type Caller = { address: string; token?: string };

/** `status` 0: there was no answer, and `code` is the reason. */
export type Answer = {
  status: number;
  /** The `code` of a problem document. */
  code: string | undefined;
  /** Seconds, from Retry-After. */
  retryAfter: number | undefined;
  body: Record<string, unknown>;
};

export type FrontDoor = {
  url: string;
  ask: (method: 'GET' | 'POST' | 'DELETE', path: string, caller: Caller, body?: unknown) => Promise<Answer>;
  close: () => Promise<void>;
};

/** HTTP client whose requests come from many callers and share a pool of keep-alive connections. */
export function openFrontDoor(url: string, connections: number): FrontDoor {
  const pool = new Pool(url, { connections, headersTimeout: 40_000, bodyTimeout: 40_000 });
  return {
    url,

    async ask(method, path, { address, token }, body) {
      try {
        const response = await pool.request({
          method,
          path,
          headers: {
            'x-forwarded-for': address,
            ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
            ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          },
          body: body === undefined ? null : JSON.stringify(body),
        });
        const text = await response.body.text();
        const parsed = parse(text);
        const after = Number(response.headers['retry-after']);
        return {
          status: response.statusCode,
          code: typeof parsed['code'] === 'string' ? parsed['code'] : undefined,
          retryAfter: Number.isFinite(after) ? after : undefined,
          body: parsed,
        };
      } catch (error) {
        const { code, message } = error as { code?: string; message: string };
        return { status: 0, code: code ?? message, retryAfter: undefined, body: {} };
      }
    },

    close: () => pool.destroy(),
  };
}

function parse(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
