import { Pool } from 'undici';

/** Who asks: an address, as the proxy in front would name it, and a session. */
export type Caller = { address: string; token?: string };

/** `status` 0: there was no answer; `code` then says why. */
export type Answer = {
  status: number;
  /** Of a problem. */
  code: string | undefined;
  /** Seconds, if the answer says when to try again. */
  retryAfter: number | undefined;
  body: Record<string, unknown>;
};

export type FrontDoor = {
  url: string;
  ask: (method: 'GET' | 'POST' | 'DELETE', path: string, caller: Caller, body?: unknown) => Promise<Answer>;
  close: () => Promise<void>;
};

/** HTTP as many clients speak it, over connections that are kept open. */
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
