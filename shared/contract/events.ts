import { z } from 'zod';
import { drop, dropSummary } from './drops.ts';
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
      'The zone of the place, in which all pages and mails say when the event begins: an IANA name, such as ' +
      'Asia/Taipei. A new event without one is in the zone that the server is set to (`EVENT_TIME_ZONE`). Changing it ' +
      'does not move `startsAt`',
  }),
};

export const newEvent = z.strictObject(facts).meta({ id: 'NewEvent' });

export const eventChanges = z
  .strictObject({ ...facts, allowLate })
  .partial()
  .refine((changes) => Object.keys(changes).some((name) => name !== 'allowLate'), {
    error: 'Nothing to change',
  })
  .meta({ id: 'EventChanges', minProperties: 1 });

export const eventQuery = z.strictObject({
  ...pageQuery,
  mine: z.enum(['true', 'false']).optional().meta({
    description: '`true`: all your own events, the latest first, with seats sold and free',
  }),
  organizerId: idInPath.optional().meta({
    description:
      'All events of this organizer, the latest first; otherwise those to come or still on sale, the next first',
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
    .meta({ description: 'IANA name of the zone of the place, in which times are to be shown' }),
};

export const event = z.object({ ...published, drops: z.array(drop) }).meta({ id: 'Event' });

export const eventSummary = z
  .object({ ...published, drops: z.array(dropSummary) })
  .meta({ id: 'EventSummary', description: 'An event where events are listed' });
