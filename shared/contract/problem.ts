import { z } from 'zod';

export const problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    code: z.string().meta({ description: 'Stable: what a program should look at' }),
    detail: z.string().optional(),
    errors: z
      .array(z.object({ pointer: z.string(), message: z.string() }))
      .optional()
      .meta({ description: 'Each fault in what was sent; `pointer` is a JSON pointer into it' }),
  })
  .meta({ id: 'Problem', description: 'Problem details (RFC 9457)' });
