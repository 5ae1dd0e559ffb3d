import { z } from 'zod';

export const problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    code: z.string().meta({ description: 'Stable; programs should depend on this field' }),
    detail: z.string().optional(),
    errors: z
      .array(z.object({ pointer: z.string(), message: z.string() }))
      .optional()
      .meta({ description: 'The faults in the request; `pointer` is a JSON pointer into its body' }),
  })
  .meta({ id: 'Problem', description: 'Problem details (RFC 9457)' });
