import { eventQuery, eventSummary } from '../../shared/contract/events.ts';
import { pageOf } from '../../shared/contract/paging.ts';
import { Problem } from '../../shared/tier/problems.ts';
import type { Deps } from '../deps.ts';
import { createAvailability } from '../drops/availability.ts';
import { findSummaryRows, summarizeDrops } from '../drops/summarize-drops.ts';
import { cutPage, readCursor } from '../http/cursor.ts';
import { sayPublic } from '../http/public-answer.ts';
import { defineRoute, type Route } from '../http/route.ts';
import { toEvent, type EventRow } from './event.ts';
import { upcomingEvents } from './upcoming-events.ts';

/**
 * Public list: events to come or still on sale, the next first. An organizer's list also has past events, the latest
 * first.
 */
export function listEvents({
  reader,
  inventory,
  eventTimeZone,
}: Pick<Deps, 'reader' | 'inventory' | 'eventTimeZone'>): Route {
  const availabilityNow = createAvailability(inventory);
  return defineRoute({
    method: 'GET',
    path: '/api/events',
    summary:
      'List upcoming events and those still on sale, or all events of one organizer, or all of your own',
    tag: 'Events',
    who: 'anyone',
    query: eventQuery,
    success: { status: 200, schema: pageOf(eventSummary), description: 'Events with their drops' },
    problems: ['not_signed_in'],
    async handle({ query: { limit, after, mine: own, ...query }, session, res }) {
      const now = Date.now();
      const mine = own === 'true';
      if (mine && !session) throw new Problem('not_signed_in');
      if (!mine) sayPublic(res);
      const organizerId = mine ? session?.userId : query.organizerId;
      const all = organizerId !== undefined;
      const order = all ? 'desc' : 'asc';
      const { page, next, drops } = await reader.read(session, async (db) => {
        const onlyUpcoming = all ? undefined : await upcomingEvents(db, new Date(now));
        const rows: EventRow[] = await db('events')
          .modify((events) => {
            if (all) void events.where('organizer_id', organizerId);
            else onlyUpcoming?.(events);
            const cursor = readCursor(after);
            if (cursor)
              void events.whereRaw(`(starts_at, id) ${all ? '<' : '>'} (?, ?)`, [cursor.time, cursor.key]);
          })
          .orderBy([
            { column: 'starts_at', order },
            { column: 'id', order },
          ])
          .limit(limit + 1);
        const cut = cutPage(rows, limit, (row) => ({ time: row.starts_at, key: String(row.id) }));
        const ids = cut.page.map(({ id }) => id);
        return { ...cut, drops: await findSummaryRows(db, ids) };
      });
      const dropsOf = await summarizeDrops(drops, now, availabilityNow, mine ? inventory : undefined);
      return { items: page.map((row) => ({ ...toEvent(row, eventTimeZone), drops: dropsOf(row.id) })), next };
    },
  });
}
