/** Builds requests as bytes, for HttpConnection. */
import type { Drop } from '../../shared/drops/drop.ts';
import { questionFor } from '../../shared/drops/question.ts';

export function post(path: string, body: unknown, headers: Record<string, string>): Buffer {
  const text = JSON.stringify(body);
  const lines = Object.entries({ host: '127.0.0.1', 'content-type': 'application/json', ...headers });
  const head = [`POST ${path} HTTP/1.1`, ...lines.map(([name, value]) => `${name}: ${value}`)];
  const bytes = Buffer.byteLength(text);
  return Buffer.from(`${head.join('\r\n')}\r\ncontent-length: ${bytes}\r\n\r\n${text}`);
}

/**
 * An entry for one seat with the right answer to the buyer's question. `address` is sent as a front proxy would send
 * it.
 */
export function postEntry(drop: Drop, buyer: { userId: number; token: string; address?: string }): Buffer {
  const question = questionFor(drop, buyer.userId)!;
  return post(
    `/api/drops/${drop.id}/entries`,
    { questionId: question.id, answer: question.answer, quantity: 1 },
    {
      authorization: `Bearer ${buyer.token}`,
      ...(buyer.address !== undefined && { 'x-forwarded-for': buyer.address }),
    },
  );
}
