import { z } from 'zod';
import { id, orderId } from './ids.ts';
import { money } from './money.ts';
import { seat } from './seats.ts';
import { time } from './times.ts';

const orderSeat = z.object({
  ...seat.shape,
  ticket: z.string().optional().meta({
    description:
      'What the QR code of this seat’s ticket says; for the buyer of a paid order, in GET /api/orders/:id',
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
      description: 'The e-mail address for questions; for the buyer, in GET /api/orders and /api/orders/:id',
    }),
  })
  .meta({ id: 'Order' });

export const ofOneOrder = z.object({ id: orderId });

/** May be left out. */
export const refundRequest = z
  .strictObject({
    force: z.boolean().optional().meta({
      description: 'Also where a ticket was used; its seat is not sold again',
    }),
  })
  .meta({ id: 'RefundRequest' })
  .optional();

/** An order as the organizer of its drop and admins see it in a list. */
export const soldOrder = z
  .object({
    ...order.shape,
    seats: z.array(
      z.object({
        ...seat.shape,
        checkedInAt: time.optional().meta({ description: 'When its ticket was used, if it was' }),
        withheld: z.literal(true).optional().meta({
          description: 'The order is refunded, but the seat stays sold, since its ticket was used',
        }),
      }),
    ),
    buyer: z.object({ id, name: z.string(), email: z.string() }),
    updatedAt: time,
  })
  .meta({ id: 'SoldOrder' });
