import { event, eventChanges } from '../../shared/contract/events.ts';
import { ofOne } from '../../shared/contract/ids.ts';
import { loadDrops } from '../../shared/drops/drop.ts';
import { retried } from '../../shared/mysql/connect.ts';
import { Problem } from '../../shared/problems.ts';
import type { Deps } from '../deps.ts';
import { presentDrop } from '../drops/present-drop.ts';
import { defineRoute, type Route } from '../http/route.ts';
import { findEvent, toEvent } from './event.ts';
import { requireOwner } from './owner.ts';

export function editEvent({ db, eventTimeZone }: Pick<Deps, 'db' | 'eventTimeZone'>): Route {
  return defineRoute({
    method: 'PATCH',
    path: '/api/events/:id',
    summary: 'Change what is said about an event',
    tag: 'Events',
    who: ['organizer', 'admin'],
    params: ofOne,
    body: eventChanges,
    success: { status: 200, schema: event, description: 'The event as it is now' },
    problems: [],
    async handle({ params: { id }, body: { startsAt, timeZone, ...facts }, session }) {
      const found = await findEvent(db, id);
      if (!found) throw new Problem('not_found');
      requireOwner(session, found.organizer_id);
      // An event never changes hands, so nothing can come between the look and this.
      await retried(db, () =>
        db('events')
          .where({ id })
          .update({
            ...facts,
            ...(startsAt !== undefined && { starts_at: new Date(startsAt) }),
            ...(timeZone !== undefined && { time_zone: timeZone }),
          }),
      );

      const [edited, drops] = await Promise.all([findEvent(db, id), loadDrops(db, { eventId: id })]);
      const now = Date.now();
      return {
        ...toEvent(edited!, eventTimeZone),
        drops: drops.map((drop) => presentDrop(drop, session.userId, now)),
      };
    },
  });
}
