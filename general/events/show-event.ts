import { event } from '../../shared/contract/events.ts';
import { idParams } from '../../shared/contract/ids.ts';
import { loadDrops } from '../../shared/drops/drop.ts';
import { Problem } from '../../shared/tier/problems.ts';
import type { Deps } from '../deps.ts';
import { createAvailability } from '../drops/availability.ts';
import { presentDrop } from '../drops/present-drop.ts';
import { defineRoute, type Route } from '../http/route.ts';
import { findEvent, toEvent } from './event.ts';

export function showEvent({
  db,
  inventory,
  eventTimeZone,
}: Pick<Deps, 'db' | 'inventory' | 'eventTimeZone'>): Route {
  const availabilityNow = createAvailability(inventory);
  return defineRoute({
    method: 'GET',
    path: '/api/events/:id',
    summary: 'Show an event with its drops',
    tag: 'Events',
    who: 'anyone',
    params: idParams,
    success: { status: 200, schema: event, description: 'The event' },
    problems: [],
    async handle({ params: { id }, session }) {
      const [found, drops] = await Promise.all([findEvent(db, id), loadDrops(db, { eventId: id })]);
      if (!found) throw new Problem('not_found');
      const now = Date.now();
      return {
        ...toEvent(found, eventTimeZone),
        drops: await Promise.all(
          drops.map(async (drop) => ({
            ...presentDrop(drop, session?.userId, now),
            availability: await availabilityNow(drop, now),
          })),
        ),
      };
    },
  });
}
