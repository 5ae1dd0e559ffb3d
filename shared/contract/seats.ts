import { z } from 'zod';

export const seat = z
  .object({
    id: z.string(),
    section: z.string(),
    row: z.string().meta({ description: 'The label of the row; counts from 1 in each section' }),
    number: z.int(),
  })
  .meta({ id: 'Seat' });
