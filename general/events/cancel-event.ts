import { event, eventCancellation } from '../../shared/contract/events.ts';
import { idParams } from '../../shared/contract/ids.ts';
import { loadDrops, type Drop } from '../../shared/drops/drop.ts';
import { transact, type Database } from '../../shared/mysql/connect.ts';
import { recordAct, type Actor } from '../audit/record-act.ts';
import type { Deps } from '../deps.ts';
import { writeCancellation } from '../drops/cancel-drop.ts';
import type { CloseDeps } from '../drops/close-drops.ts';
import { presentDrop } from '../drops/present-drop.ts';
import { cancelSale } from '../duties/end-drops.ts';
import { defineRoute, type Route } from '../http/route.ts';
import { writeMailing } from '../mailings/write-mailing.ts';
import { findEvent, requireOwnEvent, toEvent } from './event.ts';

export function cancelEvent(deps: CloseDeps & Pick<Deps, 'eventTimeZone'>): Route {
  const { db, log, eventTimeZone } = deps;
  return defineRoute({
    method: 'POST',
    path: '/api/events/:id/cancel',
    summary: 'Cancel an event with all its drops',
    description:
      'Every drop is cancelled as by POST /api/drops/:id/cancel: no more seats are sold, holds and standby end at once, and ' +
      'every paid order is refunded, which may take a while. All ticket holders get a mail with `text` and what they get ' +
      'back, and another one with each refund. Safe to repeat. It cannot be undone.',
    tag: 'Events',
    who: ['organizer', 'admin'],
    needsProof: true,
    params: idParams,
    body: eventCancellation,
    success: { status: 200, schema: event, description: 'The cancelled event' },
    problems: [],
    records: 'event_cancelled',
    async handle({ params: { id }, body: { text = '' }, session, actor }) {
      const drops = await transact(db, (trx) => writeEventCancellation(trx, id, text, actor));
      // MySQL has the cancellation, so it will happen: what fails here, the duty does (end-drops.ts).
      for (const drop of drops)
        await cancelSale(deps, drop).catch((error: unknown) =>
          log.warn(
            { err: error, eventId: id, dropId: drop.id },
            'the event is cancelled in MySQL; the duty will end the holds of this drop and refund its orders',
          ),
        );
      const [cancelled, all] = await Promise.all([findEvent(db, id), loadDrops(db, { eventId: id })]);
      const now = Date.now();
      return {
        ...toEvent(cancelled!, eventTimeZone),
        drops: all.map((drop) => presentDrop(drop, session.userId, now)),
      };
    },
  });
}

/**
 * Writes everything the cancellation consists of, in one transaction: the event and its drops are cancelled, each order
 * is marked for refund, and what ticket holders are told is written. Returns the drops that this call cancelled.
 */
async function writeEventCancellation(
  trx: Database,
  id: number,
  text: string,
  actor: Actor,
): Promise<Drop[]> {
  // A drop that is created meanwhile is seen here, or sees the cancellation.
  await trx('events').where({ id }).forUpdate().first('id');
  const found = await requireOwnEvent(trx, id, actor);
  if (found.event_cancelled_at !== null) return [];
  await trx('drops').where({ event_id: id }).orderBy('id').forUpdate().select('id');
  const drops = (await loadDrops(trx, { eventId: id })).filter(({ cancelled }) => !cancelled);
  // Only now, when all orders that a payment placed before are committed. Ticket holders are told of the drops that
  // have this time (holders.ts).
  const at = new Date();
  await trx('events').where({ id }).update({ event_cancelled_at: at });
  for (const drop of drops) await writeCancellation(trx, drop.id, actor, at);
  const mailing = await writeMailing(trx, { eventId: id, kind: 'cancelled', text, userId: actor.userId });
  await recordAct(trx, actor, {
    act: 'event_cancelled',
    subject: { kind: 'event', id },
    before: { cancelled: false },
    after: { cancelled: true, drops: drops.map((drop) => drop.id), holders: mailing?.holders ?? 0, text },
  });
  return drops;
}
