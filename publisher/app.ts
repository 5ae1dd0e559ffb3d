/**
 * The publisher's HTTP server: one route, `POST /api/drops/:id/entries`, on bare node:http, since each entry of a rush
 * passes here and a framework would cost more than the work itself.
 */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { Counter, Histogram, type Registry } from 'prom-client';
import { createHttpServer } from '../shared/http-server.ts';
import type { Log } from '../shared/log.ts';
import type { Ops } from '../shared/ops.ts';
import { Problem, problemBody, problemContentType } from '../shared/problems.ts';
import type { AcceptEntry } from './accept-entry.ts';

export type PublisherDeps = { acceptEntry: AcceptEntry; ops: Ops; registry: Registry; log: Log };

/** Bytes; an entry needs about 100. */
const maxBody = 16 * 1024;
const route = /^\/api\/drops\/([1-9]\d{0,9})\/entries\/?(?:\?.*)?$/;
const sane = /^[\w.-]{1,64}$/;
/** As general's answers have them: data for one caller, to be taken for nothing else. */
const safetyHeaders = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none';frame-ancestors 'none'",
};
/**
 * Sold out is the one answer that is the same for everybody: the front door gives it in our place for a second, and for
 * one more while one entry at a time comes here to see whether it is still so.
 */
const soldOutCaching = { 'cache-control': 's-maxage=1, stale-while-revalidate=1' };
const accepted = JSON.stringify({ status: 'queued' });
const acceptedHeaders = Object.entries({
  'content-type': 'application/json',
  'content-length': String(accepted.length),
  ...safetyHeaders,
}).flat();

export function createPublisher({ acceptEntry, ops, registry, log }: PublisherDeps): Server {
  const answers = new Counter({
    name: 'seatdrop_entries_total',
    help: 'Answers to entries',
    labelNames: ['code'],
    registers: [registry],
  });
  // Found once: each look for a counter by its label costs more than to count.
  const countAccepted = answers.labels('accepted');
  const duration = new Histogram({
    name: 'seatdrop_entry_seconds',
    help: 'From request to 202',
    buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 3],
    registers: [registry],
  });

  const answer = async (req: IncomingMessage, res: ServerResponse) => {
    const startedAt = performance.now();
    const requestId = headerOf(req, 'x-request-id', sane) ?? randomUUID();
    try {
      const dropId = route.exec(req.url ?? '')?.[1];
      if (dropId === undefined) throw new Problem('not_found');
      if (req.method !== 'POST') throw new Problem('method_not_allowed');
      const body = await readJson(req);
      await acceptEntry({ dropId: Number(dropId), headers: req.headers, body });
      countAccepted.inc();
      duration.observe((performance.now() - startedAt) / 1000);
      // A list goes out as it is; an object would be looked through, and copied, for each answer.
      res.writeHead(202, ['x-request-id', requestId, ...acceptedHeaders]);
      res.end(accepted);
    } catch (error) {
      const problem = error instanceof Problem ? error : new Problem('internal', { cause: error });
      answers.inc({ code: problem.code });
      if (problem.code === 'internal') log.error({ err: error, requestId }, 'unexpected fault');
      else log.debug({ code: problem.code, requestId }, 'entry not taken');
      sendProblem(res, requestId, problem);
    }
  };

  const server = createHttpServer((req, res) => {
    if (!ops.handle(req, res)) void answer(req, res);
  });
  server.keepAliveTimeout = 65_000;
  return server;
}

function sendProblem(res: ServerResponse, requestId: string, problem: Problem): void {
  if (res.destroyed) return;
  const { retryAfter } = problem.options;
  const text = JSON.stringify(problemBody(problem.code, problem.options));
  res.writeHead(problem.status, {
    'x-request-id': requestId,
    'content-type': problemContentType,
    'content-length': Buffer.byteLength(text),
    ...safetyHeaders,
    ...(problem.code === 'drop_sold_out' ? soldOutCaching : {}),
    ...(retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) }),
    ...(problem.code === 'method_not_allowed' ? { allow: 'POST' } : {}),
    // What is left of a body that is too large is not worth reading.
    ...(problem.code === 'body_too_large' ? { connection: 'close' } : {}),
  });
  res.end(text);
}

/** @throws {Problem} when the body is too large, of another type, or not JSON */
async function readJson(req: IncomingMessage): Promise<unknown> {
  if (!/^application\/json\s*(;|$)/i.test(req.headers['content-type'] ?? '')) {
    req.resume();
    throw new Problem('unsupported_media_type');
  }
  const body = await readBody(req);
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    throw new Problem('malformed_json');
  }
}

function readBody(req: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    let body: Buffer | undefined;
    req.on('data', (chunk: Buffer) => {
      // As a rule all of it comes at once.
      body = body ? Buffer.concat([body, chunk]) : chunk;
      if (body.length <= maxBody) return;
      req.removeAllListeners('data');
      req.resume();
      reject(new Problem('body_too_large'));
    });
    req.once('end', () => resolve(body ?? Buffer.alloc(0)));
    req.once('error', () => reject(new Problem('malformed_json')));
  });
}

function headerOf(req: IncomingMessage, name: string, pattern: RegExp): string | undefined {
  const value = req.headers[name];
  return typeof value === 'string' && pattern.test(value) ? value : undefined;
}
