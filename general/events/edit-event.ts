import type { z } from 'zod';
import { invalid } from '../../shared/tier/check-input.ts';
import { event, eventChanges } from '../../shared/contract/events.ts';
import { idParams } from '../../shared/contract/ids.ts';
import { loadDrops } from '../../shared/drops/drop.ts';
import { transact, type Database } from '../../shared/mysql/connect.ts';
import { Problem } from '../../shared/tier/problems.ts';
import { recordAct, type Actor } from '../audit/record-act.ts';
import type { Deps } from '../deps.ts';
import { presentDrop } from '../drops/present-drop.ts';
import { requireFuture } from '../drops/write-drop.ts';
import { defineRoute, type Route } from '../http/route.ts';
import { findEvent, recordedFacts, toEvent } from './event.ts';
import { requireOwner } from './owner.ts';

export function editEvent({ db, eventTimeZone }: Pick<Deps, 'db' | 'eventTimeZone'>): Route {
  return defineRoute({
    method: 'PATCH',
    path: '/api/events/:id',
    summary: 'Change an event’s details',
    tag: 'Events',
    who: ['organizer', 'admin'],
    params: idParams,
    body: eventChanges,
    success: { status: 200, schema: event, description: 'The event as it is now' },
    problems: [],
    records: 'event_changed',
    async handle({ params: { id }, body, session, actor }) {
      await transact(db, (trx) => changeEvent(trx, id, body, actor));

      const [edited, drops] = await Promise.all([findEvent(db, id), loadDrops(db, { eventId: id })]);
      const now = Date.now();
      return {
        ...toEvent(edited!, eventTimeZone),
        drops: drops.map((drop) => presentDrop(drop, session.userId, now)),
      };
    },
  });
}

/**
 * The row is locked from the read to the write: a drop created or moved meanwhile either sees the new time or is seen
 * here.
 */
async function changeEvent(
  trx: Database,
  id: number,
  { startsAt, timeZone, allowLate, ...facts }: z.output<typeof eventChanges>,
  actor: Actor,
): Promise<void> {
  await trx('events').where({ id }).forUpdate().first('id');
  const found = await findEvent(trx, id);
  if (!found) throw new Problem('not_found');
  requireOwner(actor, found.organizer_id);
  const starts = startsAt === undefined ? undefined : new Date(startsAt);
  if (startsAt !== undefined && starts?.getTime() !== found.starts_at.getTime())
    requireFuture('startsAt', startsAt, Date.now());
  if (starts && starts < found.starts_at && allowLate !== true) await requireClosedBy(trx, id, starts);
  await trx('events')
    .where({ id })
    .update({
      ...facts,
      ...(starts && { starts_at: starts }),
      ...(timeZone !== undefined && { time_zone: timeZone }),
    });
  const changed = await findEvent(trx, id);
  await recordAct(trx, actor, {
    act: 'event_changed',
    subject: { kind: 'event', id },
    before: recordedFacts(found),
    after: recordedFacts(changed ?? found),
  });
}

/** @throws {Problem} invalid_request if a drop of the event closes later */
async function requireClosedBy(trx: Database, eventId: number, starts: Date): Promise<void> {
  const late: { id: number } | undefined = await trx('drops')
    .where({ event_id: eventId, cancelled_at: null })
    .where('closes_at', '>', starts)
    .first('id');
  if (late) throw invalid('/startsAt', 'starts_before_closing');
}
