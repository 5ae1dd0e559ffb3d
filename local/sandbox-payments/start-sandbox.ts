import { once } from 'node:events';
import { type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Charges } from './charges.ts';
import { createProvider } from './provider.ts';
import { createSandboxServer } from './server.ts';
import { createWebhooks } from './webhooks.ts';

export const API_KEY = 'key-of-the-test';
export const WEBHOOK_SECRET = 'secret-of-the-test';

export type Received = { type: string; key: string; body: string; signature: string };

/** For tests: a sandbox provider on a port of its own, and a merchant that records the webhooks it gets. */
export async function startSandbox({ file = ':memory:', lateMs = 100, failWebhooks = 0 } = {}) {
  const received: Received[] = [];
  let refusals = failWebhooks;
  const waiting = new Set<() => void>();
  const merchant = createServer((request, response) => {
    let body = '';
    request.on('data', (data: Buffer) => (body += data.toString()));
    request.on('end', () => {
      received.push(...eventsIn(body, String(request.headers['seatdrop-signature'])));
      refusals -= 1;
      response.writeHead(refusals >= 0 ? 500 : 204).end();
      for (const wake of waiting) wake();
    });
  });
  const url = `${await listen(merchant)}/webhook`;
  const charges = new Charges(file);
  const backoffMs = [10, 20, 40, 80];
  const webhooks = createWebhooks({ url, secret: WEBHOOK_SECRET, backoffMs, log: () => {} });
  const provider = createProvider({ charges, webhooks, slowMs: 50, lateMs });
  const server = createSandboxServer({ provider, apiKey: API_KEY });
  const base = await listen(server);

  return {
    url: base,
    received,
    /** Resolves once `count` events have come, each as often as its webhook. */
    async eventsReceived(count: number): Promise<Received[]> {
      while (received.length < count) {
        await new Promise<void>((resolve) => {
          waiting.add(resolve);
        });
      }
      return received;
    },
    charge: (key: string, token?: string, amount = 4500) =>
      call('POST', '/charges', { amount, currency: 'EUR', token, metadata: { seat: 'A1' } }, key),
    /** As the buyer's browser does, without an API key. */
    answerChallenge: (secret: unknown, approve: unknown) =>
      call('POST', '/frame/challenges', { secret, approve }, undefined, ''),
    refund: (chargeKey: string, of?: object) => call('POST', '/refunds', refundBody(chargeKey, of), 'once'),
    cancel: (key: string) => call('POST', `/charges/${encodeURIComponent(key)}/cancel`),
    byKey: (key: string) => call('GET', `/charges/by-key/${encodeURIComponent(key)}`),
    list: (prefix: string) => call('GET', `/charges?keyPrefix=${encodeURIComponent(prefix)}`),
    call,
    async stop() {
      provider.close();
      await webhooks.close();
      for (const one of [server, merchant]) {
        one.closeAllConnections();
        one.close();
        await once(one, 'close');
      }
      charges.close();
    },
  };

  async function call(method: string, path: string, body?: unknown, key?: string, apiKey = API_KEY) {
    const response = await fetch(base + path, {
      method,
      headers: {
        authorization: `Bearer ${apiKey}`,
        ...(key === undefined ? {} : { 'idempotency-key': key }),
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  }
}

function eventsIn(body: string, signature: string): Received[] {
  const { events } = JSON.parse(body) as { events: Pick<Received, 'type' | 'key'>[] };
  return events.map(({ type, key }) => ({ type, key, body, signature }));
}

const refundBody = (chargeKey: string, of: object = {}) => ({
  chargeKey,
  refundKey: `refund-${chargeKey}`,
  amount: 4500,
  ...of,
});

async function listen(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
