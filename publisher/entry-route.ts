/**
 * `POST /api/drops/:id/entries` on node:http: reads the request, accepts the entry, answers. Every entry of a rush
 * takes this path, so it does without Express (docs/decisions/031).
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Counter, Histogram, type Registry } from 'prom-client';
import { problemAnswer, toProblem } from '../shared/http/problem-answer.ts';
import { requestIdOf } from '../shared/http/request-id.ts';
import type { Log } from '../shared/tier/log.ts';
import { Problem } from '../shared/tier/problems.ts';
import type { AcceptEntry } from './accept-entry.ts';

export type EntryRouteDeps = { acceptEntry: AcceptEntry; registry: Registry; log: Log };

/** Answers one request. Never throws. */
export type EntryRoute = (dropId: number, req: IncomingMessage, res: ServerResponse) => void;

/** Bytes; an entry needs about 100. */
const maxBodyBytes = 16 * 1024;
const jsonType = /^application\/json\s*(;|$)/i;
/** The headers of general's answers that matter for data: nothing may cache, run or frame it. */
const securityHeaders = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none';frame-ancestors 'none'",
};
/**
 * "Sold out" is the only answer that is the same for everybody. The front door serves it from its cache for one second,
 * and for one second more while it sends one entry at a time here to see whether it still holds.
 */
const soldOutCaching = { 'cache-control': 's-maxage=1, stale-while-revalidate=1' };
const acceptedBody = JSON.stringify({ status: 'queued' });
const acceptedHeaders = {
  'content-type': 'application/json',
  'content-length': String(acceptedBody.length),
  ...securityHeaders,
};

export function createEntryRoute({ acceptEntry, registry, log }: EntryRouteDeps): EntryRoute {
  const answers = new Counter({
    name: 'seatdrop_entries_total',
    help: 'Answers to entries, by problem code or accepted',
    labelNames: ['code'],
    registers: [registry],
  });
  // Looked up once: finding a counter by its label costs more than incrementing it.
  const accepted = answers.labels('accepted');
  const duration = new Histogram({
    name: 'seatdrop_entry_seconds',
    help: 'Time from the request to its answer 202',
    buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 3],
    registers: [registry],
  });

  async function answer(dropId: number, req: IncomingMessage, res: ServerResponse): Promise<void> {
    const startedAt = performance.now();
    const requestId = requestIdOf(req.headers['x-request-id']);
    try {
      if (!jsonType.test(req.headers['content-type'] ?? '')) throw new Problem('unsupported_media_type');
      const body = parseJson(await readBody(req));
      await acceptEntry({ dropId, headers: req.headers, body });
      accepted.inc();
      duration.observe((performance.now() - startedAt) / 1000);
      send(res, 202, { 'x-request-id': requestId, ...acceptedHeaders }, acceptedBody);
    } catch (error) {
      const problem = toProblem(error);
      answers.inc({ code: problem.code });
      if (problem.code === 'internal') log.error({ err: error, requestId }, 'unexpected error');
      else log.debug({ code: problem.code, requestId }, 'entry not accepted');
      sendProblem(res, requestId, problem);
    }
  }

  return (dropId, req, res) => void answer(dropId, req, res);
}

function sendProblem(res: ServerResponse, requestId: string, problem: Problem): void {
  const { status, headers, body } = problemAnswer(problem);
  const all = {
    'x-request-id': requestId,
    ...securityHeaders,
    ...headers,
    ...(problem.code === 'drop_sold_out' ? soldOutCaching : {}),
    // The rest of a body that is too large is not read.
    ...(problem.code === 'body_too_large' ? { connection: 'close' } : {}),
  };
  send(res, status, all, body);
}

/** Writes headers and body in one write to the socket. Does nothing if the client has disconnected. */
function send(res: ServerResponse, status: number, headers: Record<string, string>, body: string): void {
  if (!res.destroyed) res.writeHead(status, headers).end(body);
}

/** @throws {Problem} malformed_json */
function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    throw new Problem('malformed_json');
  }
}

/** Rejects with the Problem `body_too_large`, or `malformed_json` if the client disconnects before the end. */
function readBody(req: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    let body: Buffer | undefined;
    req.on('data', (chunk: Buffer) => {
      // Usually the whole body is in one chunk.
      body = body ? Buffer.concat([body, chunk]) : chunk;
      if (body.length <= maxBodyBytes) return;
      req.removeAllListeners('data');
      req.resume();
      reject(new Problem('body_too_large'));
    });
    req.once('end', () => resolve(body ?? Buffer.alloc(0)));
    req.once('error', () => reject(new Problem('malformed_json')));
  });
}
