import { event } from '../../shared/contract/events.ts';
import { ofOne } from '../../shared/contract/ids.ts';
import { loadDrops } from '../../shared/drops/drop.ts';
import { Problem } from '../../shared/problems.ts';
import type { Deps } from '../deps.ts';
import { presentDrop } from '../drops/present-drop.ts';
import { defineRoute, type Route } from '../http/route.ts';
import { findEvent, toEvent } from './event.ts';

export function showEvent({ db, eventTimeZone }: Pick<Deps, 'db' | 'eventTimeZone'>): Route {
  return defineRoute({
    method: 'GET',
    path: '/api/events/:id',
    summary: 'Show an event with its drops',
    tag: 'Events',
    who: 'anyone',
    params: ofOne,
    success: { status: 200, schema: event, description: 'The event' },
    problems: [],
    async handle({ params: { id }, session }) {
      const [found, drops] = await Promise.all([findEvent(db, id), loadDrops(db, { eventId: id })]);
      if (!found) throw new Problem('not_found');
      const now = Date.now();
      return {
        ...toEvent(found, eventTimeZone),
        drops: drops.map((drop) => presentDrop(drop, session?.userId, now)),
      };
    },
  });
}
