/** Requests of one buyer, and their answers. */
import http, { type RefinedResponse } from 'k6/http';
import { baseUrl, dropId } from './settings.ts';
import type { TestBuyer } from './plain/buyers-file.ts';
import type { Pricing } from '../../shared/contract/total.ts';

/** `status` 0: there was no answer. */
export type Answer = {
  status: number;
  /** The `code` of a problem document. */
  code: string | undefined;
  /** Seconds, from Retry-After. */
  retryAfter: number | undefined;
  tookMs: number;
  body: Record<string, unknown>;
};

export type Method = 'GET' | 'POST' | 'DELETE';

/** The fields of GET /api/drops/:id that are used here. */
export type DropView = Pricing & {
  state: string;
  serverTime: string;
  opensAt: string;
  maxPerBuyer: number;
  question?: { id: number; text: string };
};

/** @param name groups the request in k6's metrics, since paths contain ids */
export async function ask(
  buyer: TestBuyer,
  method: Method,
  path: string,
  name: string,
  body?: unknown,
): Promise<Answer> {
  const text = body === undefined ? null : JSON.stringify(body);
  return answerOf(await http.asyncRequest(method, `${baseUrl}${path}`, text, params(buyer, name)));
}

/** Like `ask`, but blocks the VU, which is cheaper for k6. */
export function askNow(
  buyer: TestBuyer | undefined,
  method: Method,
  path: string,
  name: string,
  body?: unknown,
): Answer {
  const text = body === undefined ? null : JSON.stringify(body);
  return answerOf(http.request(method, `${baseUrl}${path}`, text, params(buyer, name)));
}

/**
 * Reads the drop in `setup`. With `untilOpen` it returns when the drop is open, so that machines that share a run
 * start together.
 * @throws Error if there is no such drop, or it will not open
 */
export function openDrop(sleep: (seconds: number) => void, untilOpen: boolean): DropView {
  const path = `/api/drops/${dropId}`;
  const answer = askNow(undefined, 'GET', path, 'drop');
  if (answer.status !== 200)
    throw new Error(`${baseUrl}${path} was answered ${answer.status} ${answer.code ?? ''}`);
  const drop = answer.body as DropView;
  if (drop.state === 'scheduled' && untilOpen) {
    sleep(Math.max(0, Date.parse(drop.opensAt) - Date.parse(drop.serverTime)) / 1000);
  } else if (drop.state !== 'open' && untilOpen) throw new Error(`drop ${dropId} is ${drop.state}`);
  return drop;
}

export function headersOf({ token, address }: TestBuyer): Record<string, string> {
  return { authorization: `Bearer ${token}`, ...(address === '' ? {} : { 'x-forwarded-for': address }) };
}

function params(buyer: TestBuyer | undefined, name: string) {
  const headers = { 'content-type': 'application/json', ...(buyer && headersOf(buyer)) };
  return { headers, tags: { name }, responseType: 'text' as const, timeout: '40s' };
}

function answerOf({ status, body, headers, timings }: RefinedResponse<'text'>): Answer {
  const parsed = parse(body);
  const after = Number(headers['Retry-After'] ?? NaN);
  const { code } = parsed;
  return {
    status,
    code: typeof code === 'string' ? code : undefined,
    retryAfter: Number.isFinite(after) ? after : undefined,
    tookMs: timings.duration,
    body: parsed,
  };
}

function parse(body: string | null): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(body ?? '');
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
