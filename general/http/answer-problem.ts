import type { Response } from 'express';
import { Problem, problemBody, problemContentType } from '../../shared/problems.ts';
import { isTransient } from '../../shared/redis/transient.ts';

export function answerProblem(res: Response, { code, status, options }: Problem): void {
  if (options.retryAfter !== undefined) res.set('Retry-After', String(Math.ceil(options.retryAfter)));
  // The handler may have said otherwise of the answer that it would have given.
  res.set('Cache-Control', 'no-store');
  if (status === 401) res.set('WWW-Authenticate', 'Bearer');
  res
    .status(status)
    .type(problemContentType)
    .send(JSON.stringify(problemBody(code, options)));
}

/** What the caller is told of whatever was thrown: nothing of ours unless it was said in a Problem. */
export function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  // Express found the path malformed ("%zz"); such an address names nothing.
  if (error instanceof URIError) return new Problem('not_found');
  if (willPass(error)) return new Problem('unavailable', { retryAfter: 1, cause: error });
  return new Problem('internal', { cause: error });
}

/** Of MySQL and of the network. */
const passingFaults = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENOTFOUND',
  'PROTOCOL_CONNECTION_LOST',
  'ER_CON_COUNT_ERROR',
  'ER_SERVER_SHUTDOWN',
  // two transactions in each other's way: it was rolled back
  'ER_LOCK_DEADLOCK',
  'ER_LOCK_WAIT_TIMEOUT',
]);

/** Of ioredis, when no node could be asked; and ours, when a replica could not be. */
const redisAway = new Set([
  'ClusterAllFailedError',
  'MaxRetriesPerRequestError',
  'AbortError',
  'NotReplicated',
]);
/** Of ioredis too, which names only some of its errors: a failover that takes longer than its patience. */
const redisFailingOver =
  /^(Too many Cluster redirections|Connection is closed|None of startup nodes is available)/;

/** Whether nothing is wrong but that a server could not be reached or was busy, so that trying again makes sense. */
function willPass(error: unknown): boolean {
  const {
    code = '',
    name = '',
    message = '',
  } = Object(error) as { code?: string; name?: string; message?: string };
  if (name === 'ReplyError') return isTransient(error);
  // knex: no connection to be had in time
  if (redisAway.has(name) || redisFailingOver.test(message)) return true;
  return passingFaults.has(code) || name === 'KnexTimeoutError';
}
