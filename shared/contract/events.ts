import { z } from 'zod';
import { drop, dropSummary } from './drops.ts';
import { fault } from './fault-codes.ts';
import { id, idInPath } from './ids.ts';
import { longestMailing } from './mailing-limits.ts';
import { currency, maxPrice } from './money.ts';
import { pageQuery, wholeInQuery } from './paging.ts';
import { label, prose, searchText } from './text.ts';
import { allowLate, chosenTime, time, timeZone } from './times.ts';

const facts = {
  title: label(200),
  description: prose(5000),
  venue: label(200),
  startsAt: chosenTime.meta({ description: 'Not in the past' }),
  timeZone: timeZone.optional().meta({
    description:
      'The time zone of the venue, used by all pages and mails to show the start: an IANA name, such as Asia/Taipei. By ' +
      'default a new event gets the time zone configured on the server (`EVENT_TIME_ZONE`). Changing it does not change ' +
      '`startsAt`',
  }),
};

export const newEvent = z.strictObject(facts).meta({ id: 'NewEvent' });

const howToChange = {
  allowLate,
  closeDrops: z.boolean().optional().meta({
    description: 'Whether drops that would close after the event starts close when it starts',
  }),
  text: prose(longestMailing)
    .optional()
    .meta({
      description:
        'Plain text of the organizer in the mail to ticket holders. They get one if the time, its zone or the venue ' +
        'changes, and otherwise if there is a `text` or `tellHolders`',
    }),
  tellHolders: z.boolean().optional(),
};

export const eventChanges = z
  .strictObject({ ...facts, ...howToChange })
  .partial()
  .refine((changes) => Object.keys(changes).some((name) => name in facts), fault('nothing_to_change'))
  .meta({ id: 'EventChanges', minProperties: 1 });

const textSearched = searchText(100).optional();

export const eventQuery = z
  .strictObject({
    ...pageQuery,
    mine: z.enum(['true', 'false']).optional().meta({
      description: '`true`: all your own events, latest first, with sold and free seats',
    }),
    organizerId: idInPath.optional().meta({
      description:
        'All events of this organizer, latest first. Without it: events to come or still on sale, next first',
    }),
    when: z
      .enum(['upcoming', 'past'])
      .optional()
      .meta({
        description:
          '`past`: events that are over, latest first. By default events to come or still on sale. Without effect on the ' +
          'lists of one organizer',
      }),
    q: textSearched.meta({
      description:
        'Words, of which the first eight count. Each must occur in the title, the place, the description or the name of the ' +
        'organizer, in upper or lower case',
    }),
    place: textSearched.meta({ description: 'Words that must occur in the place' }),
    from: chosenTime.optional().meta({ description: 'Events that do not start before this time' }),
    to: chosenTime.optional().meta({ description: 'Events that start before this time' }),
    priceMax: wholeInQuery(z.int().min(0).max(maxPrice))
      .optional()
      .meta({
        description:
          'In minor units of `currency`. Events with a drop, not cancelled and not closed, whose seats cost no more than ' +
          'this with all fees for a seat',
      }),
    currency: currency.optional().meta({
      description: 'Active code of ISO 4217. Required with `priceMax`, unless that is 0',
    }),
    available: z.enum(['true', 'false']).optional().meta({
      description: '`true`: events with an open drop that has seats left, some seconds ago',
    }),
  })
  .refine(({ from, to }) => from === undefined || to === undefined || Date.parse(from) <= Date.parse(to), {
    ...fault('before_from'),
    path: ['to'],
  })
  .refine(({ priceMax = 0, currency: code }) => priceMax === 0 || code !== undefined, {
    error: 'A price needs its currency',
    params: { code: 'required' },
    path: ['currency'],
  });

const published = {
  id,
  organizerId: id,
  title: z.string(),
  description: z.string(),
  venue: z.string(),
  startsAt: time,
  timeZone: z
    .string()
    .meta({ description: 'IANA name of the venue’s time zone, in which times should be shown' }),
  cancelled: z.boolean().meta({ description: 'The event was cancelled, with all its drops' }),
};

export const event = z.object({ ...published, drops: z.array(drop) }).meta({ id: 'Event' });

export const eventSummary = z
  .object({ ...published, drops: z.array(dropSummary) })
  .meta({ id: 'EventSummary', description: 'An event in a list of events' });

export const eventCancellation = z
  .strictObject({
    text: prose(longestMailing).optional().meta({
      description: 'Plain text of the organizer in the mail to ticket holders',
    }),
  })
  .meta({ id: 'EventCancellation' });
