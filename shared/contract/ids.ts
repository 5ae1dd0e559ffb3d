import { z } from 'zod';

const largest = 2 ** 32 - 1;

/** Of a user, an event or a drop. */
export const id = z.int().min(1).max(largest);

/** The same in a path or a query, where it comes as text: digits as we write them, so `01` and `1e3` are none. */
export const idInPath = z.preprocess(
  (text) => (typeof text === 'string' && /^[1-9]\d*$/.test(text) ? Number(text) : text),
  id,
);

/** Of a hold, and of the order and the payments it leads to. */
export const orderId = z.string().regex(/^[0-9a-z]{14}-[0-9a-z]{1,4}$/);

export const ofOne = z.object({ id: idInPath });
