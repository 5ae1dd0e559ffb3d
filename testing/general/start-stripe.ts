/**
 * Stripe for tests. Each request first goes through stripe-mock, which refuses what Stripe's OpenAPI document does not
 * allow, and whose answer has every field in its right shape. stripe-mock has no state, so this file adds to its
 * answers what depends on state: PaymentIntents and their statuses, idempotency keys, declined cards. These rules
 * follow Stripe's documentation; no test here proves that Stripe keeps them.
 */
import { spawn } from 'node:child_process';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { buffer } from 'node:stream/consumers';
import { freePorts } from '../../local/process/ports.ts';
import { stripeMock } from '../../local/tools/stripe-mock.ts';
import { eventually } from '../eventually.ts';

export type Intent = {
  id: string;
  status: string;
  amount: number;
  currency: string;
  metadata: Record<string, string>;
  last_payment_error: { code: string; decline_code?: string } | null;
  cancellation_reason: string | null;
  refunds: string[];
};

type Answer = { status: number; body: Record<string, unknown> };
type Asked = {
  method: string;
  path: string;
  form: Record<string, string>;
  idempotencyKey: string | undefined;
};

/**
 * What happens to the next request whose path matches: the request is lost, its answer is lost, or it fails with 500.
 */
type Accident = { path: RegExp; what: 'request_lost' | 'answer_lost' | 'fails' };

export type TestStripe = Awaited<ReturnType<typeof startStripe>>;

export async function startStripe() {
  const { port } = await freePorts(['port']);
  // Without this flag it would listen for https on a fixed port.
  const args = ['-http-addr', `127.0.0.1:${port}`, '-https-addr', '127.0.0.1:'];
  const mock = spawn(await stripeMock(), args, { stdio: 'ignore' });
  // Ends the mock also if a test fails before `stop`.
  const kill = () => void mock.kill();
  process.once('exit', kill);
  const mockUrl = `http://127.0.0.1:${port}`;
  await eventually(async () => (await fetch(mockUrl)).status > 0);

  const intents = new Map<string, Intent>();
  const answers = new Map<string, { request: string; answer: Answer }>();
  const asked: (Asked & { status: number })[] = [];
  const accidents: Accident[] = [];

  const server = createServer((req, res) => {
    void serve(req, res).catch(() => res.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  async function serve(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const { method = '', url = '', headers } = req;
    const body = await buffer(req);
    const form = Object.fromEntries(new URLSearchParams(body.toString()));
    const request = {
      method,
      path: url,
      form,
      idempotencyKey: headers['idempotency-key'] as string | undefined,
    };
    const accident = accidents.find(({ path }) => path.test(url));
    if (accident) accidents.splice(accidents.indexOf(accident), 1);
    if (accident?.what === 'request_lost') return void res.destroy();
    if (accident?.what === 'fails') return send(res, { status: 500, body: { error: { type: 'api_error' } } });

    const answer = await answerOf(request, body, headers);
    asked.push({ ...request, status: answer.status });
    if (accident) res.destroy();
    else send(res, answer);
  }

  /** Like Stripe, gives the same answer for the same idempotency key, whatever has changed since. */
  async function answerOf(request: Asked, body: Buffer, headers: IncomingHttpHeaders): Promise<Answer> {
    const { idempotencyKey: key } = request;
    const known = key === undefined ? undefined : answers.get(key);
    const same = JSON.stringify([request.method, request.path, request.form]);
    if (known) {
      if (known.request === same) return known.answer;
      return failure(400, 'idempotency_error', {});
    }
    const checked = await ask(request, body, headers);
    const answer = checked.status === 200 ? overlay(request, checked) : checked;
    if (key !== undefined) answers.set(key, { request: same, answer });
    return answer;
  }

  async function ask({ method, path }: Asked, body: Buffer, headers: IncomingHttpHeaders): Promise<Answer> {
    const response = await fetch(mockUrl + path, {
      method,
      headers: {
        authorization: headers.authorization ?? '',
        ...(headers['content-type'] !== undefined && { 'content-type': headers['content-type'] }),
      },
      ...(method === 'POST' && { body: new Uint8Array(body) }),
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  }

  function overlay({ path, form, method }: Asked, { body: example }: Answer): Answer {
    const [, , collection, id, action] = path.split('/');
    if (collection === 'refunds') return refund(form, example);
    if (collection !== 'payment_intents') throw new Error(`Stripe is not expected to be asked for ${path}`);
    if (id === undefined) {
      const intent: Intent = {
        id: `pi_${intents.size + 1}_${Date.now().toString(36)}`,
        status: 'requires_payment_method',
        amount: Number(form['amount']),
        currency: String(form['currency']),
        metadata: { charge_key: String(form['metadata[charge_key]']) },
        last_payment_error: null,
        cancellation_reason: null,
        refunds: [],
      };
      if (intent.amount < 50) return failure(400, 'invalid_request_error', { code: 'amount_too_small' });
      intents.set(intent.id, intent);
      return { status: 200, body: { ...example, ...intent } };
    }
    const intent = intents.get(id);
    if (!intent) return failure(404, 'invalid_request_error', { code: 'resource_missing', param: 'intent' });
    if (method === 'GET') return { status: 200, body: { ...example, ...intent } };
    return action === 'cancel' ? cancel(intent, example) : confirm(intent, form, example);
  }

  function confirm(intent: Intent, form: Record<string, string>, example: object): Answer {
    if (!['requires_payment_method', 'requires_confirmation'].includes(intent.status))
      return unexpectedState(intent);
    switch (form['payment_method'] ?? '') {
      case 'pm_card_visa':
        intent.status = 'succeeded';
        break;
      case 'pm_slow':
        intent.status = 'processing';
        break;
      case 'pm_card_chargeDeclined':
        intent.last_payment_error = { code: 'card_declined', decline_code: 'generic_decline' };
        return failure(402, 'card_error', {
          ...intent.last_payment_error,
          payment_intent: { ...example, ...intent },
        });
      case 'pm_card_authenticationRequired':
        intent.last_payment_error = { code: 'authentication_required' };
        return failure(402, 'card_error', {
          ...intent.last_payment_error,
          payment_intent: { ...example, ...intent },
        });
      default:
        return failure(400, 'invalid_request_error', { code: 'resource_missing', param: 'payment_method' });
    }
    return { status: 200, body: { ...example, ...intent } };
  }

  function cancel(intent: Intent, example: object): Answer {
    if (['succeeded', 'canceled', 'processing'].includes(intent.status)) return unexpectedState(intent);
    intent.status = 'canceled';
    return { status: 200, body: { ...example, ...intent } };
  }

  function refund(form: Record<string, string>, example: object): Answer {
    const intent = intents.get(String(form['payment_intent']));
    if (intent?.status !== 'succeeded')
      return failure(400, 'invalid_request_error', { code: 'resource_missing' });
    if (intent.refunds.length > 0)
      return failure(400, 'invalid_request_error', { code: 'charge_already_refunded' });
    intent.refunds.push(`re_${intent.id}`);
    return { status: 200, body: { ...example, id: `re_${intent.id}`, status: 'succeeded' } };
  }

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    intents,
    /** Every request that arrived, with the status of its answer. */
    asked,
    /** Plans an accident for the next request whose path matches. */
    accident: (path: RegExp, what: Accident['what']) => void accidents.push({ path, what }),
    forgetIdempotencyKeys: () => answers.clear(),
    /** The PaymentIntents of a hold. */
    of: (holdId: string) =>
      [...intents.values()].filter(({ metadata }) => metadata['charge_key']?.startsWith(`${holdId}.`)),
    async stop() {
      server.closeAllConnections();
      server.close();
      process.off('exit', kill);
      mock.kill();
      await once(mock, 'exit');
    },
  };
}

function unexpectedState(intent: Intent): Answer {
  return failure(400, 'invalid_request_error', {
    code: 'payment_intent_unexpected_state',
    payment_intent: { object: 'payment_intent', ...intent },
  });
}

function failure(status: number, type: string, facts: object): Answer {
  return { status, body: { error: { type, message: type, ...facts } } };
}

function send(res: ServerResponse, { status, body }: Answer): void {
  res.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
