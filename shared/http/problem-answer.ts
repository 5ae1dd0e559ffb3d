import { Problem, problemBody, problemContentType } from '../tier/problems.ts';
import { isTransient } from '../redis/transient.ts';

/** An HTTP error answer, ready to be sent. */
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

/** The problem that a caller gets for a thrown error. Only a Problem reveals its text; other errors stay internal. */
export function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  // Thrown by Express for a malformed path ("%zz"), which names no resource.
  if (error instanceof URIError) return new Problem('not_found');
  if (isTemporary(error)) return new Problem('unavailable', { retryAfter: 1, cause: error });
  return new Problem('internal', { cause: error });
}

/** Error codes of MySQL and of the network. */
const temporaryCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENOTFOUND',
  'PROTOCOL_CONNECTION_LOST',
  'ER_CON_COUNT_ERROR',
  'ER_SERVER_SHUTDOWN',
  // A conflict with another transaction: this one was rolled back.
  'ER_LOCK_DEADLOCK',
  'ER_LOCK_WAIT_TIMEOUT',
]);

/** Error names: those of ioredis if no node could be reached, and ours if no replica has the change. */
const redisAwayNames = new Set([
  'ClusterAllFailedError',
  'MaxRetriesPerRequestError',
  'AbortError',
  'NotReplicated',
]);
/** Messages of ioredis errors without a name of their own: a failover took longer than its retries. */
const redisAwayMessage =
  /^(Too many Cluster redirections|Connection is closed|None of startup nodes is available)/;

/** Whether the only fault is that a server could not be reached or was busy, so that a retry makes sense. */
function isTemporary(error: unknown): boolean {
  const {
    code = '',
    name = '',
    message = '',
  } = Object(error) as { code?: string; name?: string; message?: string };
  if (name === 'ReplyError') return isTransient(error);
  if (redisAwayNames.has(name) || redisAwayMessage.test(message)) return true;
  // KnexTimeoutError: no connection became free in time.
  return temporaryCodes.has(code) || name === 'KnexTimeoutError';
}
