/**
 * The line between general and the payment provider, which a drill makes bad in both directions: calls are answered
 * 500, late or not at all (before or after the provider has done the work), webhooks come twice, late, out of order.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'undici';
import type { Random } from '../../buyer/random.ts';

/** Per cent of the calls that meet each fault, and of the webhooks. */
export type LineFaults = {
  /** Answered 500; the provider never hears of it. */
  error: number;
  /** Answered after general has given up waiting. */
  late: number;
  /** The call is lost on its way. */
  dropCall: number;
  /** The provider did it, and its answer is lost. */
  dropAnswer: number;
  webhookTwice: number;
  webhookLate: number;
};

export type PaymentLine = {
  /** Undefined: as good as wire. */
  setFaults: (faults: LineFaults | undefined) => void;
  /** Faults that calls and webhooks have met so far. */
  readonly met: number;
  close: () => Promise<void>;
};

/** Milliseconds: more than general waits for the provider (5 s), and more than a webhook takes to be sent again. */
const lateMs = 6_000;

export async function openPaymentLine(options: {
  /** Where general and the provider find it: one port for each direction. */
  ports: { calls: number; webhooks: number };
  providerUrl: string;
  generalUrl: string;
  random: Random;
}): Promise<PaymentLine> {
  const { ports, random } = options;
  const provider = new Pool(options.providerUrl, { connections: 64, headersTimeout: 20_000 });
  const general = new Pool(options.generalUrl, { connections: 64, headersTimeout: 20_000 });
  let faults: LineFaults | undefined;
  let met = 0;

  /** Whether this call meets a fault. */
  const hit = (kind: keyof LineFaults): boolean => {
    const hits = faults !== undefined && random.chance(faults[kind]);
    if (hits) met += 1;
    return hits;
  };

  const calls = await serve(ports.calls, async (request, response) => {
    const body = await buffer(request);
    if (hit('error')) return void response.writeHead(500).end();
    if (hit('dropCall')) return void response.destroy();
    const late = hit('late');
    const dropped = hit('dropAnswer');
    const answer = await forward(provider, request, body);
    if (late) await sleep(lateMs, undefined, { ref: false });
    if (dropped) return void response.destroy();
    response.writeHead(answer.status, { 'content-type': 'application/json' }).end(answer.body);
  });
  const webhooks = await serve(ports.webhooks, async (request, response) => {
    const body = await buffer(request);
    if (hit('webhookLate')) {
      // Noted at once, delivered after those that come later.
      response.writeHead(204).end();
      await sleep(random.between(1_000, lateMs), undefined, { ref: false });
      await forward(general, request, body).catch(() => undefined);
      return;
    }
    if (hit('webhookTwice')) void forward(general, request, body).catch(() => undefined);
    const answer = await forward(general, request, body);
    response.writeHead(answer.status).end(answer.body);
  });

  return {
    setFaults: (next) => (faults = next),
    get met() {
      return met;
    },
    async close() {
      for (const server of [calls, webhooks]) {
        server.close();
        server.closeAllConnections();
        await once(server, 'close');
      }
      await Promise.all([provider.destroy(), general.destroy()]);
    },
  };
}

async function serve(
  port: number,
  handle: (request: IncomingMessage, response: ServerResponse) => Promise<void>,
): Promise<Server> {
  const server = createServer((request, response) => {
    // Whoever should have answered is away: the caller sees a connection that ends.
    handle(request, response).catch(() => response.destroy());
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

const passedOn = ['authorization', 'content-type', 'idempotency-key', 'seatdrop-signature'];

async function forward(
  to: Pool,
  { method = 'GET', url = '/', headers }: IncomingMessage,
  body: Buffer,
): Promise<{ status: number; body: string }> {
  const kept = Object.entries(headers).filter(([name]) => passedOn.includes(name));
  const response = await to.request({
    method,
    path: url,
    headers: Object.fromEntries(kept),
    body: body.length === 0 ? null : body,
  });
  return { status: response.statusCode, body: await response.body.text() };
}
