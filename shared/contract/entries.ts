import { z } from 'zod';
import { orderId } from './ids.ts';
import { seat } from './seats.ts';
import { time } from './times.ts';

export const newEntry = z
  .strictObject({
    questionId: z.int().min(1).max(50),
    answer: z.string().max(200),
    quantity: z.int().min(1).max(10).meta({ description: 'Seats; at most the drop’s `maxPerBuyer`' }),
  })
  .meta({ id: 'NewEntry' });

export const entryAccepted = z.object({ status: z.literal('queued') }).meta({ id: 'EntryAccepted' });

export const entryState = z
  .object({
    status: z
      .enum(['none', 'held', 'paying', 'standby', 'sold_out', 'sold', 'released'])
      .meta({ description: '`none` also while the entry is still queued' }),
    seats: z.array(seat).optional(),
    expiresAt: time.optional().meta({ description: 'When an unpaid hold ends' }),
    checkoutToken: z.string().optional().meta({ description: 'For POST /api/checkout' }),
    position: z.int().optional().meta({ description: 'Place on the waiting list, from 1' }),
    orderId: orderId.optional(),
  })
  .meta({ id: 'EntryState' });
