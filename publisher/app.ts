/**
 * The publisher's HTTP server: one route, `POST /api/drops/:id/entries`, in a lane of its own beside node:http, since
 * each entry of a rush passes here and reading and answering it would cost more than the work itself.
 */
import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders, IncomingMessage, Server } from 'node:http';
import { Counter, Histogram, type Registry } from 'prom-client';
import { httpPatience } from '../shared/http-server.ts';
import type { Log } from '../shared/log.ts';
import type { Ops } from '../shared/ops.ts';
import { Problem, problemBody, problemContentType } from '../shared/problems.ts';
import type { AcceptEntry } from './accept-entry.ts';
import { FastLaneServer, fieldLines, send, type Answer } from './fast-lane.ts';

export type PublisherDeps = { acceptEntry: AcceptEntry; ops: Ops; registry: Registry; log: Log };

/** A request of which the body may still be on its way. */
type Asked = {
  method: string | undefined;
  target: string | undefined;
  headers: IncomingHttpHeaders;
  /** @throws {Problem} when it is too large or does not come */
  body: () => Buffer | Promise<Buffer>;
};

/** Bytes; an entry needs about 100. */
const maxBody = 16 * 1024;
const route = /^\/api\/drops\/([1-9]\d{0,9})\/entries\/?(?:\?.*)?$/;
const json = /^application\/json\s*(;|$)/i;
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
const acceptedFields = fieldLines({
  'content-type': 'application/json',
  'content-length': String(accepted.length),
  ...safetyHeaders,
});

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

  const answer = async ({ method, target = '', headers, body }: Asked): Promise<Answer> => {
    const startedAt = performance.now();
    const given = headers['x-request-id'];
    const requestId = typeof given === 'string' && sane.test(given) ? given : randomUUID();
    try {
      const dropId = route.exec(target)?.[1];
      if (dropId === undefined) throw new Problem('not_found');
      if (method !== 'POST') throw new Problem('method_not_allowed');
      if (!json.test(headers['content-type'] ?? '')) throw new Problem('unsupported_media_type');
      await acceptEntry({ dropId: Number(dropId), headers, body: parse(await body()) });
      countAccepted.inc();
      duration.observe((performance.now() - startedAt) / 1000);
      return { status: 202, fields: `x-request-id: ${requestId}\r\n${acceptedFields}`, body: accepted };
    } catch (error) {
      const problem = error instanceof Problem ? error : new Problem('internal', { cause: error });
      answers.inc({ code: problem.code });
      if (problem.code === 'internal') log.error({ err: error, requestId }, 'unexpected fault');
      else log.debug({ code: problem.code, requestId }, 'entry not taken');
      return answerOf(problem, requestId);
    }
  };

  return new FastLaneServer(
    { ...httpPatience, keepAliveTimeout: 65_000 },
    ({ target, headers, body }) => answer({ method: 'POST', target, headers, body: () => body }),
    (req, res) => {
      if (ops.handle(req, res)) return;
      const { method, url: target, headers } = req;
      void answer({ method, target, headers, body: () => readBody(req) }).then((given) => send(res, given));
    },
  );
}

function answerOf(problem: Problem, requestId: string): Answer {
  const { retryAfter } = problem.options;
  const body = JSON.stringify(problemBody(problem.code, problem.options));
  const fields = fieldLines({
    'x-request-id': requestId,
    'content-type': problemContentType,
    'content-length': String(Buffer.byteLength(body)),
    ...safetyHeaders,
    ...(problem.code === 'drop_sold_out' ? soldOutCaching : {}),
    ...(retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) }),
    ...(problem.code === 'method_not_allowed' ? { allow: 'POST' } : {}),
    // What is left of a body that is too large is not worth reading.
    ...(problem.code === 'body_too_large' ? { connection: 'close' } : {}),
  });
  return { status: problem.status, fields, body };
}

/** @throws {Problem} malformed_json */
function parse(body: Buffer): unknown {
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
