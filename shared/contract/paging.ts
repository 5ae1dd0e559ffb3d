import { z } from 'zod';

/** A whole number in a query. Only plain digits are valid: `1e3` is not. */
export function wholeInQuery(number: z.ZodInt) {
  return z.preprocess(
    (text) => (typeof text === 'string' && /^\d+$/.test(text) ? Number(text) : text),
    number,
  );
}

/** Query parameters of a list: the page size, and where the page starts. */
export const pageQuery = {
  limit: wholeInQuery(z.int().min(1).max(100)).default(20),
  after: z
    .string()
    .regex(/^\d{1,13}\.[0-9a-z-]{1,32}$/)
    .optional()
    .meta({ description: 'The `next` of the previous page' }),
};

export function pageOf<S extends z.ZodType>(item: S) {
  return z.object({
    items: z.array(item),
    next: z.string().nullable().meta({ description: 'The `after` for the next page; null on the last page' }),
  });
}
