import { z } from 'zod';
import { id, orderId } from './ids.ts';
import { money } from './money.ts';
import { seat } from './seats.ts';
import { time } from './times.ts';

const orderSeat = z.object({
  ...seat.shape,
  ticket: z.string().optional().meta({
    description:
      'The text of the QR code of this seat’s ticket; only for the buyer of a paid order, in GET /api/orders/:id',
  }),
});

export const order = z
  .object({
    id: orderId,
    dropId: id,
    eventId: id,
    status: z.enum(['paid', 'refunding', 'refunded']),
    amount: money,
    seats: z.array(orderSeat),
    createdAt: time,
    contact: z.string().optional().meta({
      description: 'E-mail address for questions; only for the buyer, in GET /api/orders and /api/orders/:id',
    }),
  })
  .meta({ id: 'Order' });

export const orderIdParams = z.object({ id: orderId });

/** The body may be omitted. */
export const refundRequest = z
  .strictObject({
    force: z.boolean().optional().meta({
      description: 'Refund even if a ticket was used; the seat of that ticket is not sold again',
    }),
  })
  .meta({ id: 'RefundRequest' })
  .optional();

/** An order in a list for the organizer of its drop and admins. */
export const soldOrder = z
  .object({
    ...order.shape,
    seats: z.array(
      z.object({
        ...seat.shape,
        checkedInAt: time.optional().meta({ description: 'When its ticket was used; missing if it was not' }),
        withheld: z.literal(true).optional().meta({
          description: 'The order was refunded, but the seat stays sold, since its ticket was used',
        }),
      }),
    ),
    buyer: z.object({ id, name: z.string(), email: z.string() }),
    updatedAt: time,
  })
  .meta({ id: 'SoldOrder' });
