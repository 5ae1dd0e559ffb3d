import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http';
import { createHash, timingSafeEqual } from 'node:crypto';
import { renderFrame } from './frames.ts';
import { type ChargeCall, type Provider, TOKENS } from './provider.ts';

const MAX_BODY_BYTES = 64 * 1024;

type Answer = { status: number; body: unknown } | { html: string; policy: string } | 'hang up';

/**
 * The provider's HTTP interface. All routes but /healthz and /frame/ require `Authorization: Bearer <apiKey>`.
 *
 *   POST /charges {amount, currency, token?, metadata?}   Idempotency-Key: the charge's key
 *     200 charge   409 another amount under this key   422 unknown token or bad body
 *     Without a token the charge waits for one. A declined card leaves it open for another one, with `reason`.
 *   GET  /charges/by-key/:key        200 charge   404
 *   GET  /charges?keyPrefix=         200 {charges}
 *   POST /charges/:key/cancel        200 charge that can no longer be approved   409 charge: it is approved
 *   POST /refunds {chargeKey, refundKey, amount}
 *     200 {id, status, amount}, the same each time for this key
 *     409 the charge is not approved, nothing is left of it, the amount is more than is left, or another refund has the key
 *
 * For the buyer's browser, through the front door:
 *
 *   GET  /frame/cards, /frame/challenge                 ?lang=en|zh-Hant &theme=light|dark
 *   POST /frame/challenges {secret, approve}            200 {status} of the charge   404 no charge has this secret
 */
export function createSandboxServer(options: { provider: Provider; apiKey: string }): Server {
  const { provider, apiKey } = options;
  return createServer((request, response) => {
    answer(request)
      .catch((error: unknown) => failure(error))
      .then((outcome) => reply(response, outcome))
      .catch(() => response.destroy());
  });

  async function answer(request: IncomingMessage): Promise<Answer> {
    const url = new URL(request.url ?? '/', 'http://sandbox');
    const path = url.pathname.split('/').slice(1).map(decodeURIComponent);
    const call = `${request.method} /${path[0]}`;
    if (call === 'GET /healthz') return { status: 200, body: { status: 'ok' } };
    if (path[0] === 'frame') return forBrowsers(provider, request, url);
    if (!isAuthorized(request.headers.authorization, apiKey)) return problem(401, 'unauthorized');
    const [, second, third] = path;
    if (call === 'POST /charges' && path.length === 1) return charge(request);
    if (call === 'POST /charges' && path.length === 3 && second && third === 'cancel') return cancel(second);
    if (call === 'POST /refunds' && path.length === 1) return refund(request);
    if (call === 'GET /charges' && path.length === 3 && second === 'by-key' && third) {
      const found = provider.byKey(third);
      return found === undefined ? problem(404, 'unknown_charge') : { status: 200, body: found };
    }
    if (call === 'GET /charges' && path.length === 1) {
      return { status: 200, body: { charges: provider.withPrefix(url.searchParams.get('keyPrefix') ?? '') } };
    }
    return problem(404, 'not_found');
  }

  async function charge(request: IncomingMessage): Promise<Answer> {
    const key = request.headers['idempotency-key'];
    if (typeof key !== 'string' || key === '') return problem(400, 'missing_idempotency_key');
    const { amount, currency, token, metadata } = await readJson(request);
    const known = TOKENS.find((one) => one === token);
    if (token !== undefined && known === undefined) return problem(422, 'unknown_token');
    if (!Number.isSafeInteger(amount) || Number(amount) <= 0) return problem(422, 'bad_amount');
    if (typeof currency !== 'string' || !/^[A-Z]{3}$/.test(currency)) return problem(422, 'bad_currency');
    const call: ChargeCall = {
      key,
      amount: Number(amount),
      currency,
      metadata,
      ...(known && { token: known }),
    };
    const outcome = await provider.charge(call);
    if (outcome.kind === 'lost') return 'hang up';
    if (outcome.kind === 'conflict') return problem(409, 'key_in_use', { charge: outcome.charge });
    return { status: 200, body: outcome.charge };
  }

  function cancel(key: string): Answer {
    const canceled = provider.cancel(key);
    return { status: canceled.status === 'approved' ? 409 : 200, body: canceled };
  }

  async function refund(request: IncomingMessage): Promise<Answer> {
    if (request.headers['idempotency-key'] === undefined) return problem(400, 'missing_idempotency_key');
    const { chargeKey, refundKey, amount } = await readJson(request);
    if (typeof chargeKey !== 'string') return problem(422, 'bad_charge_key');
    if (typeof refundKey !== 'string' || refundKey === '') return problem(422, 'bad_refund_key');
    if (!Number.isSafeInteger(amount) || Number(amount) <= 0) return problem(422, 'bad_amount');
    const refunded = provider.refund({ chargeKey, key: refundKey, amount: Number(amount) });
    if (refunded.kind !== 'refunded') return problem(409, refunded.kind);
    return { status: 200, body: { id: refunded.id, status: refunded.kind, amount: refunded.amount } };
  }
}

/** What the buyer's browser may do: see the frames, and answer the challenge of a charge whose secret it has. */
async function forBrowsers(provider: Provider, request: IncomingMessage, url: URL): Promise<Answer> {
  const queried = (name: string) => url.searchParams.get(name);
  switch (`${request.method} ${url.pathname}`) {
    case 'GET /frame/cards':
      return renderFrame('cards', queried('lang'), queried('theme'));
    case 'GET /frame/challenge':
      return renderFrame('challenge', queried('lang'), queried('theme'));
    case 'POST /frame/challenges': {
      const { secret, approve } = await readJson(request);
      if (typeof secret !== 'string' || typeof approve !== 'boolean') return problem(422, 'bad_answer');
      const charge = provider.answerChallenge(secret, approve);
      return charge === undefined
        ? problem(404, 'unknown_charge')
        : { status: 200, body: { status: charge.status } };
    }
    default:
      return problem(404, 'not_found');
  }
}

function isAuthorized(header: string | undefined, apiKey: string): boolean {
  const hash = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(hash(header ?? ''), hash(`Bearer ${apiKey}`));
}

class BadRequest extends Error {}

async function readJson(request: IncomingMessage): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) throw new BadRequest('body_too_large');
    chunks.push(chunk);
  }
  try {
    const body: unknown = JSON.parse(Buffer.concat(chunks).toString());
    if (typeof body === 'object' && body !== null) return body as Record<string, unknown>;
  } catch {
    // answered below, like any other body that is no object
  }
  throw new BadRequest('bad_json');
}

function failure(error: unknown): Answer {
  if (error instanceof BadRequest) return problem(400, error.message);
  if (error instanceof URIError) return problem(404, 'not_found');
  return problem(500, 'internal');
}

function problem(status: number, code: string, more = {}): Answer {
  return { status, body: { code, ...more } };
}

function reply(response: ServerResponse, outcome: Answer): void {
  if (outcome === 'hang up') {
    response.destroy();
    return;
  }
  if ('html' in outcome) {
    response.writeHead(200, {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': outcome.policy,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-cache',
    });
    response.end(outcome.html);
    return;
  }
  response.writeHead(outcome.status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(outcome.body));
}
