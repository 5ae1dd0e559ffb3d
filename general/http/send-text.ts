import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Response } from 'express';
import type { TextStream } from './route.ts';

/** Streams a text of any length. An error before the first chunk is answered as a problem. */
export async function sendText(
  res: Response,
  contentType: string,
  { fileName, chunks }: TextStream,
): Promise<void> {
  const iterator = chunks[Symbol.asyncIterator]();
  const first = await iterator.next();
  res.set('Content-Type', `${contentType}; charset=utf-8`);
  res.set('Content-Disposition', `attachment; filename="${fileName}"`);
  async function* all() {
    if (first.done === true) return;
    yield first.value;
    yield* { [Symbol.asyncIterator]: () => iterator };
  }
  try {
    await pipeline(Readable.from(all()), res);
  } catch (error) {
    // The client disconnected.
    if ((error as { code?: string }).code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
  }
}
