import { z } from 'zod';
import { faultCodes } from './fault-codes.ts';

const fault = z.object({
  pointer: z.string().meta({ description: 'A JSON pointer into the body or the query' }),
  code: z.enum(faultCodes).meta({
    description: 'Stable; programs should depend on this field. Later versions may add codes',
  }),
  message: z.string(),
  params: z
    .object({ minimum: z.number().optional(), maximum: z.number().optional(), dropId: z.int().optional() })
    .optional()
    .meta({ description: 'The numbers that belong to the code, such as a limit' }),
});

export const problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    code: z.string().meta({ description: 'Stable; programs should depend on this field' }),
    detail: z.string().optional(),
    errors: z.array(fault).optional().meta({ description: 'The faults in the request' }),
  })
  .meta({ id: 'Problem', description: 'Problem details (RFC 9457)' });
