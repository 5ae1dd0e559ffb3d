import { z } from 'zod';
import { fault } from './fault-codes.ts';
import { orderId } from './ids.ts';
import { nonce } from './nonce.ts';
import { order } from './orders.ts';
import { seat } from './seats.ts';
import { label, searchText } from './text.ts';
import { time } from './times.ts';

const scannedCode = z
  .string()
  .trim()
  .min(1)
  .max(200)
  .meta({ description: 'The text of the ticket’s QR code, or the short code below it' });

/** A ticket by its order and seat, for whoever found it by name or order number. */
const ticketOfOrder = z.strictObject({ orderId, seatId: z.string().regex(/^\d{1,5}\.\d{1,3}$/) });

const device = z
  .string()
  .regex(/^[\w-]{1,64}$/)
  .meta({ description: 'The caller’s own id of the scanner, such as a UUID kept on the device' });
export const doorName = label(60).meta({ description: 'The name of the door, such as `North`' });

const shownTicket = { code: scannedCode.optional(), ticket: ticketOfOrder.optional() };
const isOneOf = ({ code, ticket }: { code?: unknown; ticket?: unknown }) =>
  (code === undefined) !== (ticket === undefined);

export const newCheckIn = z
  .strictObject({
    ...shownTicket,
    nonce: nonce.optional().meta({
      description:
        'Chosen by the caller for this scan, such as a UUID. If there is no answer, repeat the request with the same nonce',
    }),
    device: device.optional(),
    door: doorName.optional(),
  })
  .refine(isOneOf, fault('code_or_ticket'))
  .meta({ id: 'NewCheckIn' });

export const checkIn = z
  .object({
    seat,
    order,
    checkedInAt: time,
    again: z.literal(false).meta({
      description: 'Always false: a ticket that was used before gets the problem `already_checked_in`',
    }),
  })
  .meta({ id: 'CheckIn' });

export const undoneCheckIn = z
  .object({ seat, order, checkedInAt: time, undoneAt: time })
  .meta({ id: 'UndoneCheckIn' });

export const checkInCounts = z
  .object({
    sold: z.int().meta({ description: 'Paid seats, and refunded seats whose ticket was used' }),
    checkedIn: z.int().meta({ description: 'Those of them whose ticket was checked in' }),
    places: z
      .array(z.object({ door: doorName.optional(), device: device.optional(), checkedIn: z.int() }))
      .meta({ description: 'Check-ins by door and device, the most first, at most 200' }),
    doubles: z.int().meta({ description: 'See `/api/events/{id}/check-ins/doubles`' }),
  })
  .meta({ id: 'CheckInCounts' });

const checkedIn = z
  .object({ at: time, device: device.optional(), door: doorName.optional() })
  .meta({ id: 'CheckedIn', description: 'When and where a ticket was used' });

export const ticketSearch = z.strictObject({
  q: searchText(100)
    .pipe(z.string().min(2))
    .meta({
      description:
        'A short code, the text of a QR code, the beginning of an order’s id or of its buyer’s name, last name or e-mail address, ' +
        'or a seat, as `Stalls 2 5`',
    }),
});

export const foundTickets = z
  .object({
    items: z.array(
      z.object({
        orderId,
        seat,
        buyer: z.string().meta({ description: 'Name of the buyer of the order' }),
        state: z.enum(['valid', 'used', 'void']).meta({
          description: '`used`: checked in. `void`: returned or refunded',
        }),
        checkedIn: checkedIn.optional(),
      }),
    ),
    hasMore: z
      .boolean()
      .meta({ description: 'More than 50 orders match; only those of the newest are listed' }),
  })
  .meta({ id: 'FoundTickets' });

export const ticketHashQuery = z.strictObject({
  after: z
    .string()
    .regex(/^[0-9a-z]{14}-[0-9a-z]{1,4}_\d{1,5}\.\d{1,3}$/)
    .optional()
    .meta({ description: 'The `next` of the previous page' }),
});

export const ticketHashes = z
  .object({
    serverTime: time.meta({ description: 'To set the clock by which admissions are dated' }),
    items: z.array(
      z.object({
        orderId,
        seat,
        tickets: z.array(z.string()).meta({
          description:
            'One for each key by which tickets may be signed: the first 16 characters of the SHA-256 hash of the text of the QR code, as base64url',
        }),
        code: z.string().meta({
          description:
            'The first 4 characters of the SHA-256 hash of `EVENT:CODE` as base64url, the short code in capitals and without hyphen. ' +
            'Enough to notice a code that was made up, too few to find the code from it; two tickets may share one',
        }),
        checkedIn: checkedIn.optional(),
      }),
    ),
    next: z.string().nullable().meta({ description: 'The `after` for the next page; null on the last page' }),
  })
  .meta({ id: 'TicketHashes' });

/** As many as fit into the largest body, whatever their codes and nonces. */
const maxAdmissions = 50;

export const newAdmissions = z
  .strictObject({
    device,
    door: doorName.optional(),
    admissions: z
      .array(
        z
          .strictObject({
            ...shownTicket,
            nonce: nonce.meta({
              description: 'Chosen by the device for this admission; repeated with it, the same admission',
            }),
            at: time.meta({ description: 'When the person was let in; at most 30 days ago' }),
          })
          .refine(isOneOf, fault('code_or_ticket')),
      )
      .min(1)
      .max(maxAdmissions),
  })
  .meta({ id: 'NewAdmissions' });

export const settledAdmissions = z
  .object({
    results: z
      .array(
        z.object({
          nonce,
          result: z.enum(['admitted', 'already_admitted', 'void', 'undone', 'unknown']).meta({
            description:
              '`already_admitted`: another person came in by this ticket, see `checkedIn`. `void`: it is returned or refunded. ' +
              '`undone`: this admission was settled and undone since. `unknown`: no ticket of this event',
          }),
          orderId: orderId.optional(),
          seat: seat.optional(),
          checkedIn: checkedIn.optional().meta({
            description: 'The admission that counts: this one, or the one that came first',
          }),
        }),
      )
      .meta({ description: 'In the order of the request' }),
  })
  .meta({ id: 'SettledAdmissions' });

export const doubleAdmissions = z
  .object({
    items: z
      .array(
        z.object({
          orderId,
          seat,
          why: z.enum(['already_admitted', 'void']),
          at: time,
          receivedAt: time.meta({ description: 'When the device settled it' }),
          device,
          door: doorName.optional(),
          first: checkedIn.optional().meta({ description: 'The check-in that counts, unless it was undone' }),
        }),
      )
      .meta({ description: 'The newest 100' }),
  })
  .meta({ id: 'DoubleAdmissions' });
