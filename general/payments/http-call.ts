/**
 * An HTTP request over connections that stay open. It does what `fetch` does with much less processor time
 * (docs/performance.md), and every checkout makes one and receives a webhook.
 */
import http from 'node:http';
import https from 'node:https';
import { text } from 'node:stream/consumers';

export type HttpCall = {
  method: string;
  headers: Record<string, string>;
  body?: string | undefined;
  /** Time limit of the complete response. */
  timeoutMs: number;
  signal?: AbortSignal;
};

export type HttpAnswer = { status: number; body: string };

const agents = {
  'http:': new http.Agent({ keepAlive: true }),
  'https:': new https.Agent({ keepAlive: true }),
};

/** @throws if there is no complete response in time, or `signal` is aborted */
export async function httpCall(url: URL, call: HttpCall): Promise<HttpAnswer> {
  const { method, headers, body = '', timeoutMs, signal } = call;
  const { request } = url.protocol === 'https:' ? https : http;
  const agent = agents[url.protocol === 'https:' ? 'https:' : 'http:'];
  const length = body === '' ? {} : { 'content-length': String(Buffer.byteLength(body)) };
  const sent = request(url, { method, agent, headers: { ...headers, ...length }, signal });
  const late = setTimeout(() => sent.destroy(new Error(`no response within ${timeoutMs} ms`)), timeoutMs);
  try {
    const response = await new Promise<http.IncomingMessage>((resolve, reject) => {
      sent.once('response', resolve).once('error', reject).end(body);
    });
    return { status: response.statusCode ?? 0, body: await text(response) };
  } finally {
    clearTimeout(late);
  }
}
