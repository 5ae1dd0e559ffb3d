import { eventQuery, eventSummary } from '../../shared/contract/events.ts';
import { pageOf } from '../../shared/contract/paging.ts';
import { Problem } from '../../shared/tier/problems.ts';
import type { Deps } from '../deps.ts';
import { createAvailability } from '../drops/availability.ts';
import { summarizeDrops } from '../drops/summarize-drops.ts';
import { sayPublic } from '../http/public-answer.ts';
import { defineRoute, type Route } from '../http/route.ts';
import { createAvailableDrops } from './available-drops.ts';
import { isSearch } from './event-filter.ts';
import { toEvent } from './event.ts';
import { findEvents } from './find-events.ts';
import { createSearchTurns } from './search-turns.ts';

/**
 * Public list: events to come or still on sale, the next first. Past events, and an organizer's list, have the latest
 * first.
 */
export function listEvents({
  reader,
  inventory,
  eventTimeZone,
}: Pick<Deps, 'reader' | 'inventory' | 'eventTimeZone'>): Route {
  const availabilityNow = createAvailability(inventory);
  const availableDrops = createAvailableDrops(availabilityNow);
  const inTurn = createSearchTurns();
  return defineRoute({
    method: 'GET',
    path: '/api/events',
    summary: 'List or search upcoming events, past events, all events of one organizer, or all of your own',
    description:
      'Filters are combined: only events that match all of them are listed. A page may have fewer events than `limit`, ' +
      'and there are more as long as `next` is not null. Searches are limited more narrowly than lists.',
    tag: 'Events',
    who: 'anyone',
    query: eventQuery,
    success: { status: 200, schema: pageOf(eventSummary), description: 'Events with their drops' },
    problems: ['not_signed_in'],
    async handle({
      query: { limit, after, mine: own, when, available, organizerId, ...filter },
      session,
      res,
    }) {
      const now = Date.now();
      const mine = own === 'true';
      if (mine && !session) throw new Problem('not_signed_in');
      if (!mine) sayPublic(res);
      const organizer = mine ? session?.userId : organizerId;
      const which = organizer === undefined ? (when ?? 'upcoming') : { organizerId: organizer };
      const read = () =>
        reader.read(session, async (db) =>
          findEvents(db, {
            which,
            filter,
            available: available === 'true' ? await availableDrops(db, now) : undefined,
            limit,
            after,
            now: new Date(now),
          }),
        );
      const { page, next, drops } = await (isSearch({ ...filter, available }) ? inTurn(read) : read());
      const shown = new Set(page.map(({ id }) => id));
      const theirs = drops.filter(({ event_id }) => shown.has(event_id));
      const dropsOf = await summarizeDrops(theirs, now, availabilityNow, mine ? inventory : undefined);
      return { items: page.map((row) => ({ ...toEvent(row, eventTimeZone), drops: dropsOf(row.id) })), next };
    },
  });
}
