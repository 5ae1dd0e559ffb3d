import { z } from 'zod';
import { nonce } from './nonce.ts';
import { order } from './orders.ts';
import { seat } from './seats.ts';
import { time } from './times.ts';

export const newCheckIn = z
  .strictObject({
    code: z.string().trim().min(1).max(200).meta({ description: 'The text of the ticket’s QR code' }),
    nonce: nonce.optional().meta({
      description:
        'Chosen by the caller for this scan, such as a UUID. If there is no answer, repeat the request with the same nonce',
    }),
  })
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
  })
  .meta({ id: 'CheckInCounts' });
