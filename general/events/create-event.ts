import { event, newEvent } from '../../shared/contract/events.ts';
import { transact } from '../../shared/mysql/connect.ts';
import { recordAct } from '../audit/record-act.ts';
import type { Deps } from '../deps.ts';
import { requireFuture } from '../drops/write-drop.ts';
import { defineRoute, type Route } from '../http/route.ts';
import { recordedFacts, toEvent } from './event.ts';

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
    records: 'event_created',
    async handle({ body: { startsAt, timeZone, ...facts }, session, actor }) {
      requireFuture('startsAt', startsAt, Date.now());
      const row = {
        ...facts,
        starts_at: new Date(startsAt),
        time_zone: timeZone ?? eventTimeZone,
        organizer_id: session.userId,
        event_cancelled_at: null,
      };
      const id = await transact(db, async (trx) => {
        const [inserted = 0] = await trx('events').insert(row);
        await recordAct(trx, actor, {
          act: 'event_created',
          subject: { kind: 'event', id: inserted },
          before: null,
          after: recordedFacts({ ...row, id: inserted }),
        });
        return inserted;
      });
      return { ...toEvent({ ...row, id }, eventTimeZone), drops: [] };
    },
  });
}
