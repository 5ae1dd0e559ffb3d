/**
 * A proxy between general and the payment provider with which a drill disturbs both directions: calls are answered
 * 500, late or not at all (before or after the provider has done the work); webhooks come twice, late or out of
 * order.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'undici';
import type { Random } from '../../buyer/random.ts';

/** Percentage of calls or webhooks with each fault. */
export type LineFaults = {
  /** Answered 500 without reaching the provider. */
  error: number;
  /** Answered after general's timeout. */
  late: number;
  /** The call is lost before it reaches the provider. */
  dropCall: number;
  /** The provider handled the call, but its answer is lost. */
  dropAnswer: number;
  webhookTwice: number;
  webhookLate: number;
};

export type PaymentLine = {
  /** Undefined: no faults. */
  setFaults: (faults: LineFaults | undefined) => void;
  /** Number of calls and webhooks with a fault so far. */
  readonly faultCount: number;
  close: () => Promise<void>;
};

/**
 * Longer than general's timeout for the provider (5 s), and longer than the interval after which a webhook is resent.
 */
const lateMs = 6_000;

export async function openPaymentLine(options: {
  /** The proxy listens on one port for each direction. */
  ports: { calls: number; webhooks: number };
  providerUrl: string;
  generalUrl: string;
  random: Random;
}): Promise<PaymentLine> {
  const { ports, random } = options;
  const provider = new Pool(options.providerUrl, { connections: 64, headersTimeout: 20_000 });
  const general = new Pool(options.generalUrl, { connections: 64, headersTimeout: 20_000 });
  let faults: LineFaults | undefined;
  let faultCount = 0;

  /** Draws whether this call has the fault, and counts it. */
  const drawFault = (kind: keyof LineFaults): boolean => {
    const drawn = faults !== undefined && random.chance(faults[kind]);
    if (drawn) faultCount += 1;
    return drawn;
  };

  const calls = await serve(ports.calls, async (request, response) => {
    const body = await buffer(request);
    if (drawFault('error')) return void response.writeHead(500).end();
    if (drawFault('dropCall')) return void response.destroy();
    const isLate = drawFault('late');
    const isDropped = drawFault('dropAnswer');
    const answer = await forward(provider, request, body);
    if (isLate) await sleep(lateMs, undefined, { ref: false });
    if (isDropped) return void response.destroy();
    response.writeHead(answer.status, { 'content-type': 'application/json' }).end(answer.body);
  });
  const webhooks = await serve(ports.webhooks, async (request, response) => {
    const body = await buffer(request);
    if (drawFault('webhookLate')) {
      // Acknowledged at once, delivered after later webhooks.
      response.writeHead(204).end();
      await sleep(random.between(1_000, lateMs), undefined, { ref: false });
      await forward(general, request, body).catch(() => undefined);
      return;
    }
    if (drawFault('webhookTwice')) void forward(general, request, body).catch(() => undefined);
    const answer = await forward(general, request, body);
    response.writeHead(answer.status).end(answer.body);
  });

  return {
    setFaults: (next) => (faults = next),
    get faultCount() {
      return faultCount;
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
    // The target is down: the caller sees its connection closed.
    handle(request, response).catch(() => response.destroy());
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

const forwardedHeaders = ['authorization', 'content-type', 'idempotency-key', 'seatdrop-signature'];

async function forward(
  target: Pool,
  { method = 'GET', url = '/', headers }: IncomingMessage,
  body: Buffer,
): Promise<{ status: number; body: string }> {
  const forwarded = Object.entries(headers).filter(([name]) => forwardedHeaders.includes(name));
  const response = await target.request({
    method,
    path: url,
    headers: Object.fromEntries(forwarded),
    body: body.length === 0 ? null : body,
  });
  return { status: response.statusCode, body: await response.body.text() };
}
