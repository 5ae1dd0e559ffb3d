/**
 * Stripe for tests. Each request first goes through stripe-mock, which refuses what Stripe's OpenAPI document does not
 * allow, and whose answer has every field in its right shape. stripe-mock has no state, so this file adds to its
 * answers what depends on state: PaymentIntents and their statuses, idempotency keys, declined cards, banks that ask
 * the buyer. These rules follow Stripe's documentation; no test here proves that Stripe keeps them. Paths under /test/
 * are for a page: they stand for what Stripe's script in the browser does.
 */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { buffer } from 'node:stream/consumers';
import { freePorts } from '../../local/process/ports.ts';
import { stripeMock } from '../../local/tools/stripe-mock.ts';
import { answerOnce, failure, type StripeAnswer, type Asked } from './stripe-answers.ts';
import {
  accountFault,
  accountsAnswer,
  chargeIn,
  destinationIn,
  type Destination,
  type StripeAccounts,
} from './stripe-accounts.ts';
import {
  addRefund,
  openDispute,
  refunds,
  type StripeDispute,
  type StripeRefund,
} from './stripe-after-payment.ts';
import { eventually } from '../eventually.ts';

export type Intent = Destination & {
  id: string;
  client_secret: string;
  status: string;
  amount: number;
  currency: string;
  metadata: Record<string, string>;
  last_payment_error: IntentFailure | null;
  cancellation_reason: string | null;
  refunds: StripeRefund[];
};

type IntentFailure = {
  code: string;
  decline_code?: string;
  /** A card that the bank's question stopped has none. */
  charge?: string;
  payment_method: { id: string; card: { fingerprint: string } };
};

/**
 * What happens to the next request whose path matches: the request is lost, its answer is lost, it fails with 500, or our
 * key has no right to it.
 */
type Accident = { path: RegExp; what: 'request_lost' | 'answer_lost' | 'fails' | 'forbidden' };

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
  const byKey = answerOnce();
  const asked: (Asked & { status: number })[] = [];
  const accidents: Accident[] = [];
  const disputes = new Map<string, StripeDispute>();
  const accounts: StripeAccounts = new Map();
  /** The card of each confirmation token. */
  const confirmationTokens: ConfirmationTokens = new Map();

  const server = createServer((req, res) => {
    void serve(req, res).catch(() => res.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  async function serve(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const { method = '', url = '', headers } = req;
    const body = await buffer(req);
    if (url.startsWith('/test/')) return send(res, atThePage(req, body, intents, confirmationTokens));
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
    if (accident?.what === 'forbidden')
      return send(res, failure(403, 'invalid_request_error', { code: 'more_permissions_required' }));

    const answer = await byKey.answer(request, async () => {
      const checked = await ask(request, body, headers);
      return checked.status === 200 ? overlay(request, checked) : checked;
    });
    asked.push({ ...request, status: answer.status });
    if (accident) res.destroy();
    else send(res, answer);
  }

  async function ask(
    { method, path }: Asked,
    body: Buffer,
    headers: IncomingHttpHeaders,
  ): Promise<StripeAnswer> {
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

  function overlay({ path, form, method }: Asked, { body: example }: StripeAnswer): StripeAnswer {
    const [, , collection, id, action] = path.split(/[/?]/);
    if (collection?.startsWith('refunds'))
      return refunds({ intents, accounts }, { method, path, form }, example);
    if (collection?.startsWith('account')) return accountsAnswer(accounts, { method, path, form }, example);
    if (collection === 'disputes') return found(disputes.get(String(id)), example) ?? noSuch('dispute');
    if (collection === 'payment_methods') return cardOf(String(id), 'card', example);
    if (collection === 'confirmation_tokens') {
      const token = confirmationTokens.get(String(id));
      return token ? cardOf(token.card, 'payment_method_preview', example) : noSuch('confirmation_token');
    }
    if (collection !== 'payment_intents') throw new Error(`Stripe is not expected to be asked for ${path}`);
    if (id === undefined) {
      const intent = newIntent(form, intents.size + 1);
      const fault = accountFault(accounts, intent);
      if (fault) return fault;
      if (intent.amount < 50) return failure(400, 'invalid_request_error', { code: 'amount_too_small' });
      intents.set(intent.id, intent);
      return { status: 200, body: { ...example, ...intent } };
    }
    const intent = intents.get(id);
    if (!intent) return noSuch('intent');
    if (method === 'GET')
      return { status: 200, body: { ...example, ...intent, ...chargeIn(accounts, intent, path) } };
    const fault = action === 'confirm' ? accountFault(accounts, intent) : undefined;
    if (fault) return fault;
    return action === 'cancel' ? cancel(intent, example) : confirm(intent, form, example, confirmationTokens);
  }

  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  return {
    url,
    intents,
    accounts,
    /** Every request that arrived, with the status of its answer. */
    asked,
    /** Plans an accident for the next request whose path matches. */
    accident: (path: RegExp, what: Accident['what']) => void accidents.push({ path, what }),
    /** What the page does: a confirmation token of this card, as `stripe.createConfirmationToken` makes one. */
    confirmationToken: async (card: string): Promise<string> =>
      ((await askAsPage(url, 'confirmation-tokens', { card })) as { id: string }).id,
    /** The buyer answers the bank, as in `stripe.handleNextAction`. */
    answerChallenge: (clientSecret: string, approve: boolean) =>
      askAsPage(url, 'challenges', { clientSecret, approve }),
    /** A buyer disputes the charge of this intent at the bank. */
    dispute: (intent: Intent, facts: Partial<StripeDispute> = {}) => openDispute(disputes, intent, facts),
    /** Somebody refunds in Stripe's dashboard. */
    refundOutside: (intent: Intent, amount: number) => addRefund(intent, amount, {}),
    forgetIdempotencyKeys: () => byKey.forget(),
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

function newIntent(form: Record<string, string>, number: number): Intent {
  const id = `pi_${number}_${Date.now().toString(36)}`;
  return {
    id,
    client_secret: `${id}_secret_${randomBytes(12).toString('hex')}`,
    status: 'requires_payment_method',
    amount: Number(form['amount']),
    currency: String(form['currency']),
    metadata: { charge_key: String(form['metadata[charge_key]']) },
    last_payment_error: null,
    cancellation_reason: null,
    refunds: [],
    ...destinationIn(form),
  };
}

const lastCards = new WeakMap<Intent, string>();

function failureOf(intent: Intent, facts: Omit<IntentFailure, 'payment_method'>): IntentFailure {
  const card = lastCards.get(intent) ?? '';
  return {
    ...facts,
    payment_method: { id: `pm_${card}_${intent.id}`, card: { fingerprint: `fingerprint_of_${card}` } },
  };
}

type ConfirmationTokens = Map<string, { card: string; isUsed: boolean }>;

/** What Stripe's script in the page does: makes confirmation tokens, and lets the buyer answer the bank. */
function atThePage(
  { method, url }: IncomingMessage,
  body: Buffer,
  intents: ReadonlyMap<string, Intent>,
  confirmationTokens: ConfirmationTokens,
): StripeAnswer {
  if (method === 'OPTIONS') return { status: 200, body: {} };
  const sent = JSON.parse(body.toString()) as { card?: string; clientSecret?: string; approve?: boolean };
  if (url === '/test/confirmation-tokens') {
    const id = `ctoken_${confirmationTokens.size + 1}`;
    confirmationTokens.set(id, { card: String(sent.card), isUsed: false });
    return { status: 200, body: { id } };
  }
  const intent = [...intents.values()].find(({ client_secret }) => client_secret === sent.clientSecret);
  if (url !== '/test/challenges' || !intent) return failure(404, 'invalid_request_error', {});
  if (intent.status === 'requires_action') {
    intent.status = sent.approve ? 'succeeded' : 'requires_payment_method';
    if (!sent.approve)
      intent.last_payment_error = failureOf(intent, { code: 'payment_intent_authentication_failure' });
  }
  return { status: 200, body: { id: intent.id, status: intent.status } };
}

async function askAsPage(url: string, path: string, body: object): Promise<unknown> {
  const response = await fetch(`${url}/test/${path}`, { method: 'POST', body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`/test/${path}: ${response.status}`);
  return response.json();
}

function cancel(intent: Intent, example: object): StripeAnswer {
  if (['succeeded', 'canceled', 'processing'].includes(intent.status)) return unexpectedState(intent);
  intent.status = 'canceled';
  return { status: 200, body: { ...example, ...intent } };
}

function confirm(
  intent: Intent,
  form: Record<string, string>,
  example: object,
  confirmationTokens: ConfirmationTokens,
): StripeAnswer {
  if (!['requires_payment_method', 'requires_confirmation', 'requires_action'].includes(intent.status))
    return unexpectedState(intent);
  const token = confirmationTokens.get(form['confirmation_token'] ?? '');
  if (token?.isUsed)
    return failure(400, 'invalid_request_error', { code: 'confirmation_token_already_used' });
  if (token) token.isUsed = true;
  const card = token?.card ?? form['payment_method'] ?? '';
  lastCards.set(intent, card);
  switch (card) {
    case 'pm_card_visa':
      intent.status = 'succeeded';
      break;
    case 'pm_slow':
      intent.status = 'processing';
      break;
    case 'pm_card_chargeDeclined':
      intent.status = 'requires_payment_method';
      intent.last_payment_error = failureOf(intent, {
        code: 'card_declined',
        decline_code: 'generic_decline',
        charge: `ch_${randomBytes(6).toString('hex')}`,
      });
      return failure(402, 'card_error', {
        ...intent.last_payment_error,
        payment_intent: { ...example, ...intent },
      });
    case 'pm_card_authenticationRequired':
      intent.status = 'requires_action';
      break;
    default:
      return noSuch('payment_method');
  }
  return { status: 200, body: { ...example, ...intent } };
}

function cardOf(card: string, within: 'card' | 'payment_method_preview', example: object): StripeAnswer {
  if (!cards.has(card)) return noSuch('payment_method');
  const facts = { fingerprint: `fingerprint_of_${card}` };
  const body =
    within === 'card' ? { card: facts } : { payment_method_preview: { type: 'card', card: facts } };
  return { status: 200, body: { ...example, ...body } };
}

/** The test cards, by their PaymentMethods. */
const cards = new Set([
  'pm_card_visa',
  'pm_slow',
  'pm_card_chargeDeclined',
  'pm_card_authenticationRequired',
]);

const found = (thing: object | undefined, example: object) =>
  thing && { status: 200, body: { ...example, ...thing } };

const noSuch = (param: string) => failure(404, 'invalid_request_error', { code: 'resource_missing', param });

function unexpectedState(intent: Intent): StripeAnswer {
  return failure(400, 'invalid_request_error', {
    code: 'payment_intent_unexpected_state',
    payment_intent: { object: 'payment_intent', ...intent },
  });
}

function send(res: ServerResponse, { status, body }: StripeAnswer): void {
  const headers = { 'access-control-allow-origin': '*', 'access-control-allow-headers': '*' };
  res.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}
