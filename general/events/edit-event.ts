import type { z } from 'zod';
import { invalid } from '../../shared/tier/check-input.ts';
import { event, eventChanges } from '../../shared/contract/events.ts';
import { idParams } from '../../shared/contract/ids.ts';
import { loadDrops } from '../../shared/drops/drop.ts';
import { transact, type Database } from '../../shared/mysql/connect.ts';
import { Problem } from '../../shared/tier/problems.ts';
import { recordAct, type Actor } from '../audit/record-act.ts';
import type { Deps } from '../deps.ts';
import { sendClosing } from '../drops/edit-drop.ts';
import { presentDrop } from '../drops/present-drop.ts';
import { requireFuture } from '../drops/write-drop.ts';
import { stockDropSoon } from '../duties/stock-drops.ts';
import { defineRoute, type Route } from '../http/route.ts';
import type { MailedFacts } from '../mailings/mailing-row.ts';
import { writeMailing } from '../mailings/write-mailing.ts';
import { closeByStart } from './close-by-start.ts';
import { findEvent, recordedFacts, requireOwnEvent, toEvent, type EventRow } from './event.ts';

export function editEvent(deps: Pick<Deps, 'db' | 'inventory' | 'log' | 'eventTimeZone'>): Route {
  const { db, eventTimeZone } = deps;
  return defineRoute({
    method: 'PATCH',
    path: '/api/events/:id',
    summary: 'Change an event’s details, or move it',
    description:
      'If its time, time zone or venue changes, all ticket holders get a mail with the old and the new ones. After other ' +
      'changes they get one only if there is a `text` or `tellHolders`. Drops that would close after the event starts ' +
      '(`starts_before_closing`) close then with `closeDrops`, and stay as they are with `allowLate`. A drop must not open ' +
      'after the event starts (`starts_before_opening`), except with `allowLate`. A cancelled event is not moved.',
    tag: 'Events',
    who: ['organizer', 'admin'],
    params: idParams,
    body: eventChanges,
    success: { status: 200, schema: event, description: 'The event as it is now' },
    problems: ['event_cancelled', 'too_many_mails'],
    records: 'event_changed',
    async handle({ params: { id }, body, session, actor }) {
      const closed = await transact(db, (trx) => changeEvent(trx, id, body, actor));
      for (const dropId of closed) {
        // Of these the first does nothing if the drop has opened, the second if it has not.
        await stockDropSoon(deps, dropId);
        await sendClosing(deps, dropId);
      }
      const [edited, drops] = await Promise.all([findEvent(db, id), loadDrops(db, { eventId: id })]);
      const now = Date.now();
      return {
        ...toEvent(edited!, eventTimeZone),
        drops: drops.map((drop) => presentDrop(drop, session.userId, now)),
      };
    },
  });
}

type Changes = z.output<typeof eventChanges>;

/**
 * The row is locked from the read to the write: a drop created or moved meanwhile either sees the new time or is seen
 * here. Returns the drops that close earlier now.
 */
async function changeEvent(
  trx: Database,
  id: number,
  { startsAt, timeZone, allowLate, closeDrops, text, tellHolders, ...facts }: Changes,
  actor: Actor,
): Promise<number[]> {
  await trx('events').where({ id }).forUpdate().first('id');
  const found = await requireOwnEvent(trx, id, actor);
  const starts = startsAt === undefined ? undefined : new Date(startsAt);
  if (startsAt !== undefined && starts?.getTime() !== found.starts_at.getTime())
    requireFuture('startsAt', startsAt, Date.now());
  const closed =
    starts && starts < found.starts_at && allowLate !== true
      ? await closeByStart(trx, { eventId: id, starts, mayClose: closeDrops === true }, actor)
      : [];
  await trx('events')
    .where({ id })
    .update({
      ...facts,
      ...(starts && { starts_at: starts }),
      ...(timeZone !== undefined && { time_zone: timeZone }),
    });
  const changed = (await findEvent(trx, id)) ?? found;
  const holders = await tellOfChange(trx, { found, changed, text, tellHolders }, actor);
  await recordAct(trx, actor, {
    act: 'event_changed',
    subject: { kind: 'event', id },
    before: recordedFacts(found),
    after: { ...recordedFacts(changed), ...(holders > 0 && { mailedHolders: holders, text: text ?? '' }) },
  });
  return closed;
}

type Change = { found: EventRow; changed: EventRow } & Pick<Changes, 'text' | 'tellHolders'>;

/**
 * Returns how many holders are told.
 * @throws {Problem} event_cancelled, too_many_mails, or invalid_request if they are to be told of nothing
 */
async function tellOfChange(
  trx: Database,
  { found, changed, text = '', tellHolders }: Change,
  { userId }: Actor,
): Promise<number> {
  const [before, after] = [mailedFacts(found), mailedFacts(changed)];
  const isMoved = (['startsAt', 'timeZone', 'venue'] as const).some((name) => before[name] !== after[name]);
  const isWanted = text !== '' || tellHolders === true;
  if (isMoved && found.event_cancelled_at !== null) throw new Problem('event_cancelled');
  if (!isMoved && !isWanted) return 0;
  if (JSON.stringify(recordedFacts(found)) === JSON.stringify(recordedFacts(changed)))
    throw invalid('', 'nothing_to_change');
  const mailing = await writeMailing(trx, {
    eventId: found.id,
    kind: isMoved ? 'moved' : 'changed',
    text,
    facts: { before, after },
    userId,
  });
  return mailing?.holders ?? 0;
}

const mailedFacts = ({ title, venue, starts_at, time_zone }: EventRow): MailedFacts => ({
  title,
  venue,
  startsAt: starts_at.toISOString(),
  timeZone: time_zone,
});
