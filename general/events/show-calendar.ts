import { createHash } from 'node:crypto';
import { eventCalendar } from '../../shared/calendar/event-calendar.ts';
import { idParams } from '../../shared/contract/ids.ts';
import { receiptQuery } from '../../shared/contract/orders.ts';
import { Problem } from '../../shared/tier/problems.ts';
import { localeOf } from '../accounts/locale.ts';
import type { Deps } from '../deps.ts';
import { defineRoute, FileAnswer, type Route } from '../http/route.ts';
import { findEvent, toEvent } from './event.ts';

export function showCalendar({
  db,
  eventTimeZone,
  publicUrl,
}: Pick<Deps, 'db' | 'eventTimeZone' | 'publicUrl'>): Route {
  return defineRoute({
    method: 'GET',
    path: '/api/events/:id/calendar.ics',
    summary: 'Download an event for a calendar',
    tag: 'Events',
    who: 'anyone',
    params: idParams,
    query: receiptQuery,
    success: { status: 200, contentType: 'text/calendar', description: 'The event, as iCalendar' },
    problems: [],
    async handle({ params: { id }, query, req }) {
      const row = await findEvent(db, id);
      if (!row) throw new Problem('not_found');
      const event = toEvent(row, eventTimeZone);
      const about = {
        locale: query.locale ?? localeOf(req) ?? ('en' as const),
        url: new URL(`/events/${id}`, publicUrl),
      };
      const hash = createHash('sha256').update(JSON.stringify([event, about]));
      return new FileAnswer({
        fileName: `seatdrop-event-${id}.ics`,
        etag: `"${hash.digest('base64url').slice(0, 22)}"`,
        make: () => Promise.resolve(Buffer.from(eventCalendar(event, about))),
      });
    },
  });
}
