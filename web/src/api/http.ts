/**
 * All requests to our own API. An error answer becomes a `Refusal` with the server's stable code; no answer
 * at all becomes an `Unreachable`. `isPassing` says whether another try makes sense, `pauseBefore` when.
 */
import type { z } from 'zod';
import type { problem } from '@seatdrop/shared/contract/problem.ts';

type ProblemBody = z.infer<typeof problem> & Record<string, unknown>;

/** The server answered with an error. */
export class Refusal extends Error {
  override name = 'Refusal';
  readonly status: number;
  readonly code: string;
  readonly body: Partial<ProblemBody>;
  /** Milliseconds to wait before trying again, if the server named a time. */
  readonly retryAfter: number | undefined;

  constructor(status: number, body: Partial<ProblemBody>, retryAfter: number | undefined) {
    super(body.detail ?? body.title ?? `Status ${status}`);
    this.status = status;
    this.code = body.code ?? 'internal';
    this.body = body;
    this.retryAfter = retryAfter;
  }
}

/** No answer came: no connection, or too slow. Whether the request arrived is unknown. */
export class Unreachable extends Error {
  override name = 'Unreachable';
}

export type Answer<T> = {
  status: number;
  data: T;
  /** `performance.now()` when the request left and when its answer had come. */
  sentAt: number;
  receivedAt: number;
};

const patience = 15_000;

/** Problems after which the session is asked for again. */
const ofSession = new Set<unknown>(['not_signed_in', 'banned', 'email_not_confirmed']);

const whenRefused = new Set<() => void>();

/**
 * Calls the listener when the server refuses a request because there is no session, or for what it may not do.
 * Returns how to stop.
 */
export function onSessionRefused(listener: () => void): () => void {
  whenRefused.add(listener);
  return () => whenRefused.delete(listener);
}

/** Set where staff act: has the second factor proven again. If it resolves to true, the request is repeated. */
export const factorProver: { ask?: (() => Promise<boolean>) | undefined } = {};

export async function ask<T>(
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
  path: string,
  options: { body?: unknown; signal?: AbortSignal | undefined; timeout?: number } = {},
): Promise<Answer<T>> {
  const { body, signal, timeout = patience } = options;
  const limit = AbortSignal.timeout(timeout);
  const sentAt = performance.now();
  let response: Response;
  let text: string;
  try {
    response = await fetch(`/api${path}`, {
      method,
      signal: signal ? AbortSignal.any([signal, limit]) : limit,
      ...(body === undefined
        ? {}
        : {
            body: JSON.stringify(body),
            headers: {
              'content-type': 'application/json',
              // The server stores this as the language of mails to those who sign up or in.
              'accept-language': document.documentElement.lang,
            },
          }),
    });
    text = await response.text();
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new Unreachable('No answer', { cause: error });
  }
  const receivedAt = performance.now();
  const data = parse(text);
  if (!response.ok) {
    const problemBody = (typeof data === 'object' && data !== null ? data : {}) as Partial<ProblemBody>;
    const refusal = new Refusal(response.status, problemBody, retryAfterOf(response));
    // Callers of `/auth/…` learn about the session from the answer itself.
    if (ofSession.has(refusal.code) && !path.startsWith('/auth/'))
      for (const listener of whenRefused) listener();
    if (refusal.code === 'second_factor_again' && (await factorProver.ask?.()))
      return ask(method, path, options);
    throw refusal;
  }
  return { status: response.status, data: data as T, sentAt, receivedAt };
}

function parse(text: string): unknown {
  try {
    return text === '' ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Our servers send `Retry-After` in seconds. The form with a date would depend on the device's clock. */
function retryAfterOf(response: Response): number | undefined {
  const seconds = Number(response.headers.get('retry-after') ?? Number.NaN);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : undefined;
}

/**
 * Whether another try can succeed by itself: overloaded, unavailable, or no connection. After a lapsed hold
 * the buyer decides whether to enter again, so that is not repeated.
 */
export function isPassing(error: unknown): boolean {
  if (error instanceof Unreachable) return true;
  if (!(error instanceof Refusal) || error.code === 'hold_lapsed') return false;
  return error.status === 429 || error.status >= 500;
}

/**
 * Whether the limit of the address was hit, which other people share, so that this does not count as a failed
 * try. nginx answers that without a time; a tier, which counts each user, adds `retryAt`.
 */
export function isSharedLine(error: unknown): boolean {
  return error instanceof Refusal && error.status === 429 && error.body['retryAt'] === undefined;
}

/** Milliseconds before the next try: what the server asked for, else doubling, with some random spread. */
export function pauseBefore(attempt: number, error: unknown, maxPauseMs = 15_000): number {
  const requestedMs = error instanceof Refusal ? error.retryAfter : undefined;
  const pause = requestedMs ?? Math.min(maxPauseMs, 600 * 2 ** attempt);
  return pause + Math.random() * Math.min(600, pause * 0.3);
}
