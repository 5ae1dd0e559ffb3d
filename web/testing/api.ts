/** The API, answered by the test (MSW). A request that the test did not expect fails it. */
import { http, HttpResponse, type JsonBodyType } from 'msw';
import { setupServer } from 'msw/node';

export const api = setupServer();

type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';
type Reply = Response | JsonBodyType;
type Asked = { request: Request; params: Record<string, string>; count: number };

/**
 * Answers `path` (without /api) from now on, with JSON or a whole response. The result counts the requests
 * and keeps their bodies. A later answer for the same path replaces an earlier one.
 */
export function answer(
  method: Method,
  path: string,
  reply: Reply | ((asked: Asked) => Reply | Promise<Reply>),
): { readonly count: number; readonly bodies: unknown[] } {
  const asked = { count: 0, bodies: [] as unknown[] };
  api.use(
    http[method](`/api${path}`, async ({ request, params }) => {
      asked.count += 1;
      if (request.body) asked.bodies.push(await request.clone().json());
      const one = { request, params: params as Record<string, string>, count: asked.count };
      const given = typeof reply === 'function' ? await reply(one) : reply;
      return given instanceof Response ? given.clone() : HttpResponse.json(given);
    }),
  );
  return asked;
}

/** An error as the API sends it. */
export function problem(
  status: number,
  code: string,
  more: Record<string, unknown> = {},
  retryAfter?: number,
) {
  return new HttpResponse(JSON.stringify({ status, code, title: code, ...more }), {
    status,
    headers: {
      'content-type': 'application/problem+json',
      ...(retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) }),
    },
  });
}

/** No answer: the connection is down. */
export const noLine = () => HttpResponse.error();
