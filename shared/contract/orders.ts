import { z } from 'zod';
import { returns } from './drops.ts';
import { fault } from './fault-codes.ts';
import { breakdown } from './fees.ts';
import { id, orderId } from './ids.ts';
import { money } from './money.ts';
import { pageQuery } from './paging.ts';
import { seat } from './seats.ts';
import { searchText } from './text.ts';
import { time } from './times.ts';

const seatState = z.enum(['valid', 'refunding', 'refunded']).meta({
  description:
    '`refunding`: its ticket is void, and the money goes back as soon as the payment provider allows. `refunded`: it has',
});

const orderSeat = z.object({
  ...seat.shape,
  state: seatState,
  ticket: z.string().optional().meta({
    description:
      'The text of the QR code of this seat’s ticket; only for the buyer, while the seat is `valid`, in GET /api/orders/:id',
  }),
  code: z.string().optional().meta({
    description: 'The short code of the ticket, to be read aloud and typed, such as `7KQ4-M2XD`; as `ticket`',
  }),
});

const refund = z
  .object({
    number: z.int().meta({ description: 'Within the order, from 1' }),
    status: z.enum(['due', 'done']).meta({ description: '`done`: the money has gone back' }),
    seats: z.array(z.string()).meta({ description: 'Seat ids' }),
    amount: money.meta({ description: 'What goes back to the buyer' }),
    kept: money.meta({ description: 'What the organizer keeps of the price of these seats' }),
    reason: z
      .enum(['organizer', 'buyer', 'cancelled'])
      .meta({ description: 'Who gave the seats back; `cancelled`: the drop was cancelled' }),
    requestedAt: time,
    updatedAt: time,
    requestedAs: z
      .string()
      .optional()
      .meta({ description: 'The role of who asked for it; only for the organizer and admins' }),
    requestedBy: z.string().optional().meta({
      description: 'The name of who asked for it, or cancelled the drop; only for the organizer and admins',
    }),
    failure: z
      .object({ reason: z.string(), tries: z.int() })
      .optional()
      .meta({
        description:
          'Why the payment provider did not carry it out the last time, in the provider’s own words. It is tried again. ' +
          'Only for the organizer and admins',
      }),
  })
  .meta({ id: 'Refund' });

export const order = z
  .object({
    id: orderId,
    dropId: id,
    eventId: id,
    status: z.enum(['paid', 'refunding', 'refunded']).meta({
      description:
        'An order of which some seats are refunded is `paid`; without a valid seat it is `refunding` or `refunded`',
    }),
    amount: money.meta({ description: 'What was paid' }),
    refunded: money.meta({ description: 'What has gone back so far' }),
    ...breakdown,
    seats: z.array(orderSeat),
    refunds: z.array(refund).meta({ description: 'The oldest first' }),
    returns: returns.optional(),
    createdAt: time,
    contact: z.string().optional().meta({
      description: 'E-mail address for questions; only for the buyer, in GET /api/orders and /api/orders/:id',
    }),
  })
  .meta({ id: 'Order' });

export const orderIdParams = z.object({ id: orderId });

export const receiptQuery = z.strictObject({
  locale: z
    .enum(['en', 'zh-Hant'])
    .optional()
    .meta({ description: 'Its language. Without it, the first of `Accept-Language` that there is' }),
});

/** The body may be omitted. */
export const refundRequest = z
  .strictObject({
    seats: z
      .array(z.string().regex(/^\d{1,5}\.\d{1,3}$/))
      .min(1)
      .max(10)
      .refine((seats) => new Set(seats).size === seats.length, fault('seat_twice'))
      .optional()
      .meta({ description: 'Ids of the seats to refund; without it, all that are not refunded yet' }),
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
        state: seatState,
        checkedInAt: time.optional().meta({ description: 'When its ticket was used; missing if it was not' }),
        withheld: z.literal(true).optional().meta({
          description: 'The seat was refunded, but stays sold, since its ticket was used',
        }),
      }),
    ),
    buyer: z.object({ id, name: z.string(), email: z.string() }),
    payment: z
      .object({
        provider: z.string(),
        ref: z.string().optional(),
        account: z.string().optional(),
        fee: money.optional(),
        transfer: z.string().optional(),
      })
      .optional()
      .meta({
        description:
          'With which provider it was paid, and the provider’s id of the payment; `account`: the provider’s id of the ' +
          'organizer’s account that got the money by this `transfer`, less the platform’s `fee`',
      }),
    refundedOutside: money.optional().meta({
      description: 'What somebody refunded at the provider; the tickets stay valid',
    }),
    disputed: money.optional().meta({
      description: 'What the buyer disputes at the bank, unless the dispute was won',
    }),
    updatedAt: time,
  })
  .meta({ id: 'SoldOrder' });

/** An order shown without its drop. */
export const foundOrder = z.object({ ...soldOrder.shape, eventTitle: z.string() }).meta({ id: 'FoundOrder' });

/** An order whose money the platform took, and the organizer to whom it owes it. */
export const orderPaidToPlatform = z
  .object({
    ...foundOrder.shape,
    organizer: z.object({ id, name: z.string(), email: z.string() }),
    account: z.string().optional().meta({
      description:
        'The account of the drop, which could not be paid; missing if the organizer had none when the price was set',
    }),
  })
  .meta({ id: 'OrderPaidToPlatform' });

export const orderSearch = z.strictObject({
  ...pageQuery,
  q: searchText(100)
    .pipe(z.string().min(2))
    .meta({
      description:
        'The beginning of an order’s id, of its buyer’s e-mail address, name or last name, or of the payment provider’s id of ' +
        'its payment, dispute or refund; or a seat, as `Stalls, row 2, seat 5`, `Stalls 2 5` or `3.5`',
    }),
});
