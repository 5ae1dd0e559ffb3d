import { z } from 'zod';
import { drop, dropSummary } from './drops.ts';
import { fault } from './fault-codes.ts';
import { id, idInPath } from './ids.ts';
import { pageQuery } from './paging.ts';
import { label, prose } from './text.ts';
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

export const eventChanges = z
  .strictObject({ ...facts, allowLate })
  .partial()
  .refine((changes) => Object.keys(changes).some((name) => name !== 'allowLate'), fault('nothing_to_change'))
  .meta({ id: 'EventChanges', minProperties: 1 });

export const eventQuery = z.strictObject({
  ...pageQuery,
  mine: z.enum(['true', 'false']).optional().meta({
    description: '`true`: all your own events, latest first, with sold and free seats',
  }),
  organizerId: idInPath.optional().meta({
    description:
      'All events of this organizer, latest first. Without it: events to come or still on sale, next first',
  }),
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
};

export const event = z.object({ ...published, drops: z.array(drop) }).meta({ id: 'Event' });

export const eventSummary = z
  .object({ ...published, drops: z.array(dropSummary) })
  .meta({ id: 'EventSummary', description: 'An event in a list of events' });
