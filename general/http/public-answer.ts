import type { Response } from 'express';

/**
 * For answers that are the same whoever asks, signed in or not, and may be a second or two old. The front door keeps
 * them for so long; browsers ask each time. Whatever does not say this is kept by nobody. What the answer depends on
 * besides the address (such as the language) must be named in `Vary`, and an answer that tells the time is not one of
 * these: pages set their clocks by it.
 */
export function sayPublic(res: Response): void {
  res.set('Cache-Control', 'public, max-age=0, s-maxage=1');
}
