import { z } from 'zod';

const maxId = 2 ** 32 - 1;

/** The id of a user, an event or a drop. */
export const id = z.int().min(1).max(maxId);

/** The same id as text, in a path or a query. Only plain digits are valid: `01` and `1e3` are not. */
export const idInPath = z.preprocess(
  (text) => (typeof text === 'string' && /^[1-9]\d*$/.test(text) ? Number(text) : text),
  id,
);

/** The id of a hold, and of the order and the payments that it leads to. */
export const orderId = z.string().regex(/^[0-9a-z]{14}-[0-9a-z]{1,4}$/);

export const idParams = z.object({ id: idInPath });
