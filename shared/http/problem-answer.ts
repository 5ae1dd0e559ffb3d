import { Problem, problemBody, problemContentType } from '../tier/problems.ts';
import { isTransient } from '../redis/transient.ts';

/** An HTTP answer that is an error, as it is sent. */
export type ProblemAnswer = { status: number; headers: Record<string, string>; body: string };

export function problemAnswer({ code, status, options }: Problem): ProblemAnswer {
  const body = JSON.stringify(problemBody(code, options));
  const headers: Record<string, string> = {
    'content-type': problemContentType,
    'content-length': String(Buffer.byteLength(body)),
    'cache-control': 'no-store',
  };
  if (options.retryAfter !== undefined) headers['retry-after'] = String(Math.ceil(options.retryAfter));
  if (status === 401) headers['www-authenticate'] = 'Bearer';
  return { status, headers, body };
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
