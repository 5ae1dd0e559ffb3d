import { z } from 'zod';
import { id, idInPath } from './ids.ts';
import { longestMailing } from './mailing-limits.ts';
import { money } from './money.ts';
import { nonce } from './nonce.ts';
import { prose } from './text.ts';
import { time } from './times.ts';

/** `message`: written by the organizer. The others are about what became of the event. */
export const mailingKinds = ['message', 'moved', 'changed', 'cancelled'] as const;
export type MailingKind = (typeof mailingKinds)[number];

export const newMailing = z
  .strictObject({
    text: prose(longestMailing).min(1).meta({ description: 'Plain text; links in it are shown as text' }),
    dropId: id.optional().meta({ description: 'Only to holders of this drop’s tickets' }),
    nonce: nonce.optional().meta({
      description:
        'Chosen by the caller for this text, such as a UUID. If there is no answer, repeat the request with the same nonce',
    }),
  })
  .meta({ id: 'NewMailing' });

export const mailing = z
  .object({
    id,
    eventId: id,
    dropId: id.optional(),
    kind: z.string().meta({ description: `One of: ${mailingKinds.join(', ')}` }),
    text: z.string(),
    writtenAt: time,
    writtenBy: z.string().meta({ description: 'Name of the organizer or admin' }),
    holders: z.int().meta({ description: 'Ticket holders when it was written' }),
    made: z.int().meta({ description: 'Mails that are in the outbox or were sent' }),
    sent: z.int(),
    failed: z.int().meta({ description: 'Mails that were given up after a week of tries' }),
    allMade: z.boolean().meta({ description: 'No holder is left to write a mail for' }),
  })
  .meta({ id: 'Mailing', description: 'A text to all ticket holders of an event or a drop' });

export const holderQuery = z.strictObject({ dropId: idInPath.optional() });

export const holderCounts = z
  .object({
    holders: z.int().meta({ description: 'Buyers who have tickets; each gets one mail' }),
    tickets: z.int(),
    orders: z.int(),
    paid: z.array(money).meta({
      description: 'What these orders have paid and not got back, by currency: paid back if it is cancelled',
    }),
  })
  .meta({ id: 'HolderCounts' });

export const orderMailAgain = z
  .object({
    to: z.string().meta({ description: 'The buyer’s address' }),
    left: z.int().meta({ description: 'How often it can be sent again within the next 24 hours' }),
  })
  .meta({ id: 'OrderMailAgain' });
