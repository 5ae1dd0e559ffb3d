import { z } from 'zod';
import { id, orderId } from './ids.ts';
import { money } from './money.ts';
import { seat } from './seats.ts';
import { time } from './times.ts';

export const order = z
  .object({
    id: orderId,
    dropId: id,
    eventId: id,
    status: z.enum(['paid', 'refunding', 'refunded']),
    amount: money,
    seats: z.array(seat),
    createdAt: time,
  })
  .meta({ id: 'Order' });

export const ofOneOrder = z.object({ id: orderId });
