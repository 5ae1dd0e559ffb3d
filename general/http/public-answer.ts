import type { Response } from 'express';

/**
 * For responses that are the same for every caller, signed in or not, and may be a second or two old. The front door
 * caches them for that long; browsers revalidate every time. Responses without this header are never cached.
 * Everything the response depends on besides the URL (such as the language) must be in `Vary`. Do not use it for a
 * response that contains the current time, since pages set their clocks by it.
 */
export function sayPublic(res: Response): void {
  res.set('Cache-Control', 'public, max-age=0, s-maxage=1');
}
