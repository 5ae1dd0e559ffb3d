/**
 * Reads a request that came whole, in one piece or with the rest of its body after it, and as plainly as a front door sends it. What is anything else, or
 * might be, is left to node:http: nothing here has to be lenient, or right about what is rare.
 */
import type { IncomingHttpHeaders } from 'node:http';

export type WholeRequest = { target: string; headers: IncomingHttpHeaders; body: Buffer };

/** Request line and fields of RFC 9112 with nothing obsolete in them, each ended by CR LF, and visible ASCII only. */
const plainHead = /^POST (\/[!-~]*) HTTP\/1\.1\r\n(?:[!#$%&'*+.^_`|~0-9A-Za-z-]+:[\t -~]*\r\n)+$/;

const endOfHead = Buffer.from('\r\n\r\n');

const plainLength = /^(?:0|[1-9]\d{0,4})$/;

/** Bytes, ten times what an entry needs. What is too long is for node:http to refuse. */
const longest = 8 * 1024;

/** What is read of a request. Any other field is nothing to an entry. */
const read = new Set([
  'authorization',
  'connection',
  'content-length',
  'content-type',
  'cookie',
  'host',
  'origin',
  'sec-fetch-site',
  'x-request-id',
]);

/** Fields that change how a message is read or answered. */
const framing = new Set(['expect', 'trailer', 'transfer-encoding', 'upgrade']);

/** All of it but for what is missing at the end of its body. */
export type PartOfRequest = { missing: number };

/** The POST that `chunk` is, if it is one and nothing besides, or the beginning of one with all of its head. */
export function readWhole(chunk: Buffer): WholeRequest | PartOfRequest | undefined {
  const headLength = chunk.indexOf(endOfHead);
  if (headLength < 0 || chunk.length > longest) return undefined;
  const head = chunk.toString('latin1', 0, headLength + 2);
  const target = plainHead.exec(head)?.[1];
  if (target === undefined) return undefined;

  const headers: Record<string, string> = {};
  for (let at = head.indexOf('\n') + 1; at < head.length;) {
    const colon = head.indexOf(':', at);
    const end = head.indexOf('\r', colon);
    const name = head.slice(at, colon).toLowerCase();
    if (read.has(name)) {
      // Said twice, it might be read in two ways.
      if (headers[name] !== undefined) return undefined;
      headers[name] = head.slice(colon + 1, end).trim();
    } else if (framing.has(name)) {
      return undefined;
    }
    at = end + 2;
  }
  const body = chunk.subarray(headLength + endOfHead.length);
  const length = headers['content-length'];
  if (headers['host'] === undefined || length === undefined || !plainLength.test(length)) return undefined;
  if (headers['connection'] !== undefined && headers['connection'] !== 'keep-alive') return undefined;
  const missing = Number(length) - body.length;
  if (missing === 0) return { target, headers, body };
  return missing > 0 && chunk.length + missing <= longest ? { missing } : undefined;
}
