import { event, newEvent } from '../../shared/contract/events.ts';
import { retried } from '../../shared/mysql/connect.ts';
import type { Deps } from '../deps.ts';
import { requireFuture } from '../drops/write-drop.ts';
import { defineRoute, type Route } from '../http/route.ts';
import { toEvent } from './event.ts';

export function createEvent({ db, eventTimeZone }: Pick<Deps, 'db' | 'eventTimeZone'>): Route {
  return defineRoute({
    method: 'POST',
    path: '/api/events',
    summary: 'Create an event',
    tag: 'Events',
    who: ['organizer', 'admin'],
    body: newEvent,
    success: { status: 201, schema: event, description: 'The event, owned by you' },
    problems: [],
    async handle({ body: { startsAt, timeZone, ...facts }, session }) {
      requireFuture('startsAt', startsAt, Date.now());
      const row = {
        ...facts,
        starts_at: new Date(startsAt),
        time_zone: timeZone ?? eventTimeZone,
        organizer_id: session.userId,
      };
      const [id] = await retried(db, () => db('events').insert(row));
      return { ...toEvent({ ...row, id: id! }, eventTimeZone), drops: [] };
    },
  });
}
