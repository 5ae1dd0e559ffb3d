import type { z } from 'zod';
import { drop, newDrop } from '../../shared/contract/drops.ts';
import { idParams } from '../../shared/contract/ids.ts';
import { loadDrop, loadDrops } from '../../shared/drops/drop.ts';
import type { Fees } from '../../shared/contract/total.ts';
import { capacityOf, type Section } from '../../shared/inventory/layout.ts';
import { takenSections } from '../../shared/inventory/seat-names.ts';
import { transact, type Database } from '../../shared/mysql/connect.ts';
import { faultAt } from '../../shared/tier/check-input.ts';
import { Problem } from '../../shared/tier/problems.ts';
import { recordAct } from '../audit/record-act.ts';
import type { Deps } from '../deps.ts';
import { findEvent } from '../events/event.ts';
import { requireOwner } from '../events/owner.ts';
import { defineRoute, type Route } from '../http/route.ts';
import { accountOfNewDrop } from '../payouts/payout-of.ts';
import { requireChargeable } from './chargeable.ts';
import { presentDrop } from './present-drop.ts';
import { recordedTerms } from './recorded-terms.ts';
import { stockDropSoon } from '../duties/stock-drops.ts';
import { columnsOf, jsonOf, requireFuture, requireInTime, writeQuestions } from './write-drop.ts';

export function createDrop(
  deps: Pick<Deps, 'db' | 'inventory' | 'log' | 'payments' | 'platformFees'>,
): Route {
  const { db } = deps;
  return defineRoute({
    method: 'POST',
    path: '/api/events/:id/drops',
    summary: 'Create a drop: put seats of an event on sale at a set time',
    tag: 'Drops',
    who: ['organizer', 'admin'],
    params: idParams,
    body: newDrop,
    success: { status: 201, schema: drop, description: 'The drop' },
    problems: ['event_cancelled', 'section_taken', 'payouts_not_ready'],
    records: 'drop_created',
    async handle({ params, body, session, actor }) {
      const event = await findEvent(db, params.id);
      if (!event) throw new Problem('not_found');
      requireOwner(session, event.organizer_id);
      const now = Date.now();
      requireFuture('opensAt', body.opensAt, now);
      const platformFees = deps.platformFees(body.price);
      requireChargeable(deps.payments, { ...body, platformFees });
      const payoutAccount = await accountOfNewDrop(deps, event.organizer_id, { ...body, platformFees });

      const id = await insertDrop(db, event.id, body, {
        platformFees,
        payoutAccount,
        async record(trx, dropId) {
          const after = recordedTerms((await loadDrop(trx, dropId))!);
          await recordAct(trx, actor, {
            act: 'drop_created',
            subject: { kind: 'drop', id: dropId },
            before: null,
            after: { eventId: event.id, ...after },
          });
        },
      });
      await stockDropSoon(deps, id);
      const created = await loadDrop(db, id);
      return presentDrop(created!, session.userId, now);
    },
  });
}

type MoreOfDrop = {
  platformFees?: Fees;
  payoutAccount?: string | undefined;
  record?: (trx: Database, id: number) => Promise<void>;
};

/**
 * Inserts a drop and returns its id. Its seats are on sale once they are stocked.
 * @param terms.record writes who created it, in the same transaction
 * @throws {Problem} section_taken, or invalid_request if it would close after the event starts
 */
export function insertDrop(
  db: Database,
  eventId: number,
  body: z.output<typeof newDrop>,
  { platformFees, payoutAccount, record }: MoreOfDrop = {},
): Promise<number> {
  return transact(db, async (trx) => {
    // This locks the event, so that two new drops of it are checked one after the other.
    await requireInTime(trx, eventId, body);
    await requireFreeSections(trx, eventId, body.sections);
    const [id] = await trx('drops').insert({
      ...columnsOf(body),
      ...(platformFees && { platform_fees: jsonOf(platformFees) }),
      payout_account: payoutAccount ?? null,
      event_id: eventId,
      partitions: body.partitions,
      sections: JSON.stringify(body.sections),
      capacity: capacityOf(body.sections),
    });
    await writeQuestions(trx, id!, body.questions);
    await record?.(trx, id!);
    return id!;
  });
}

/** A drop that has ended still blocks its sections, since its tickets are for these seats. */
async function requireFreeSections(trx: Database, eventId: number, sections: Section[]): Promise<void> {
  const others = (await loadDrops(trx, { eventId })).filter(({ cancelled }) => !cancelled);
  const taken = takenSections(sections, others);
  if (!taken[0]) return;
  const { name, drop: other } = taken[0];
  const opensAt = new Date(other.opensAt).toISOString();
  throw new Problem('section_taken', {
    detail: `Section “${name}” is in drop ${other.id} of this event, which opens or opened at ${opensAt}`,
    errors: taken.map(({ index, drop: { id } }) =>
      faultAt(`/sections/${index}/name`, 'section_taken', { dropId: id }),
    ),
    extensions: { section: name, drop: { id: other.id, opensAt } },
  });
}
