import { z } from 'zod';
import { nonce } from './nonce.ts';
import { order } from './orders.ts';
import { seat } from './seats.ts';
import { time } from './times.ts';

export const newCheckIn = z
  .strictObject({
    code: z.string().trim().min(1).max(200).meta({ description: 'What the ticket’s QR code says' }),
    nonce: nonce.optional().meta({
      description:
        'Made up by the caller for this one scan, and sent again with it when no answer came: a UUID will do',
    }),
  })
  .meta({ id: 'NewCheckIn' });

export const checkIn = z
  .object({
    seat,
    order,
    checkedInAt: time,
    again: z
      .literal(false)
      .meta({ description: 'A ticket that was used before is the problem `already_checked_in`' }),
  })
  .meta({ id: 'CheckIn' });

export const undoneCheckIn = z
  .object({ seat, order, checkedInAt: time, undoneAt: time })
  .meta({ id: 'UndoneCheckIn' });

export const checkInCounts = z
  .object({
    sold: z.int().meta({ description: 'Seats paid for, and refunded ones whose ticket was used' }),
    checkedIn: z.int().meta({ description: 'Of these, let in' }),
  })
  .meta({ id: 'CheckInCounts' });
