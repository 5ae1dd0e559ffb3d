import type { z } from 'zod';
import { drop, dropChanges } from '../../shared/contract/drops.ts';
import { idParams } from '../../shared/contract/ids.ts';
import { loadDrop, type Drop } from '../../shared/drops/drop.ts';
import { phaseOf } from '../../shared/drops/phase.ts';
import { transact } from '../../shared/mysql/connect.ts';
import { Problem } from '../../shared/tier/problems.ts';
import { recordAct, type Actor } from '../audit/record-act.ts';
import type { Deps } from '../deps.ts';
import { requireOwner } from '../events/owner.ts';
import { invalid } from '../../shared/tier/check-input.ts';
import { defineRoute, type Route } from '../http/route.ts';
import { accountOfNewDrop } from '../payouts/payout-of.ts';
import { requireChargeable } from './chargeable.ts';
import { presentDrop } from './present-drop.ts';
import { recordedTerms } from './recorded-terms.ts';
import { stockDropSoon } from '../duties/stock-drops.ts';
import { columnsOf, jsonOf, requireFuture, requireInTime, writeQuestions } from './write-drop.ts';

type Changes = z.output<typeof dropChanges>;

type EditDeps = Pick<Deps, 'db' | 'inventory' | 'log' | 'payments' | 'platformFees'>;

export function editDrop(deps: EditDeps): Route {
  const { db } = deps;
  return defineRoute({
    method: 'PATCH',
    path: '/api/drops/:id',
    summary: 'Change a drop’s terms; once it is open, only its closing time',
    tag: 'Drops',
    who: ['organizer', 'admin'],
    params: idParams,
    body: dropChanges,
    success: { status: 200, schema: drop, description: 'The drop as it is now' },
    problems: ['event_cancelled', 'drop_already_open', 'drop_closed', 'drop_cancelled', 'payouts_not_ready'],
    records: 'drop_changed',
    async handle({ params: { id }, body, session, actor }) {
      await transact(db, (trx) => changeDrop({ ...deps, db: trx }, id, body, actor));
      await stockDropSoon(deps, id);
      if (body.closesAt !== undefined) await sendClosing(deps, id);
      const edited = await loadDrop(db, id);
      return presentDrop(edited!, session.userId, Date.now());
    },
  });
}

/** The row is locked from the read to the write, so that two edits cannot mix. */
async function changeDrop(deps: EditDeps, id: number, changes: Changes, actor: Actor): Promise<void> {
  const { db: trx } = deps;
  await trx('drops').where({ id }).forUpdate().first('id');
  const found = await loadDrop(trx, id);
  if (!found) throw new Problem('not_found');
  requireOwner(actor, found.organizerId);

  await changeInPhase(deps, found, changes);
  const changed = (await loadDrop(trx, id)) ?? found;
  await recordAct(trx, actor, {
    act: 'drop_changed',
    subject: { kind: 'drop', id },
    before: recordedTerms(found),
    after: recordedTerms(changed, found),
  });
}

async function changeInPhase(deps: EditDeps, found: Drop, changes: Changes): Promise<void> {
  const now = Date.now();
  switch (phaseOf(found, now)) {
    case 'cancelled':
      throw new Problem('drop_cancelled');
    case 'closed':
      throw new Problem('drop_closed');
    case 'open':
    case 'paused':
      return changeClosing(deps, found, changes, now);
    case 'scheduled':
      return changeTerms(deps, found, changes, now);
  }
}

/**
 * Redis decides when the drop closes, so Redis must never have an earlier time than MySQL: a later time is sent to
 * Redis before the commit, an earlier one after it. After a crash in between, the drop closes at the time in MySQL
 * (close-drops.ts).
 */
async function changeClosing(
  { db: trx, inventory }: EditDeps,
  found: Drop,
  changes: Changes,
  now: number,
): Promise<void> {
  const { id } = found;
  const { closesAt, allowLate, ...others } = changes;
  if (closesAt === undefined || Object.keys(others).length > 0) throw new Problem('drop_already_open');
  if (Date.parse(closesAt) <= now) throw invalid('/closesAt', 'in_the_past');
  if (Date.parse(closesAt) > found.closesAt) await requireInTime(trx, found.eventId, { closesAt, allowLate });
  await trx('drops').where({ id }).update(columnsOf({ closesAt }));
  const moved = { ...found, closesAt: Date.parse(closesAt) };
  const isLater = moved.closesAt > found.closesAt;
  // By the clock of Redis the drop has closed, and standby buyers may have been notified.
  if (isLater && found.stocked && (await inventory.stock(moved, { again: true })) === 'closed')
    throw new Problem('drop_closed');
}

/** Sends the closing time that MySQL has now; the row is locked meanwhile. */
export async function sendClosing(
  { db, inventory, log }: Pick<EditDeps, 'db' | 'inventory' | 'log'>,
  id: number,
): Promise<void> {
  try {
    await transact(db, async (trx) => {
      await trx('drops').where({ id }).forUpdate().first('id');
      const found = await loadDrop(trx, id);
      if (found?.stocked) await inventory.stock(found, { again: true });
    });
  } catch (error) {
    log.warn(
      { err: error, dropId: id },
      'Redis could not be given the earlier closing time; close-drops closes the drop then',
    );
  }
}

async function changeTerms(
  { db: trx, payments, platformFees }: EditDeps,
  found: Drop,
  changes: Changes,
  now: number,
): Promise<void> {
  const { id } = found;
  const { opensAt, closesAt, price, fees, maxPerBuyer, questions } = changes;
  const returns = changes.returns === undefined ? found.returns : changes.returns;
  if (opensAt !== undefined) requireFuture('opensAt', opensAt, now);
  const opens = opensAt === undefined ? found.opensAt : Date.parse(opensAt);
  const closes = closesAt === undefined ? found.closesAt : Date.parse(closesAt);
  if (closes <= opens) throw invalid('/closesAt', 'not_after_opening');
  // A time that MySQL has is in milliseconds, one of a request is text.
  if (returns && new Date(returns.until).getTime() <= opens)
    throw invalid('/returns/until', 'returns_before_opening');
  if (closes > found.closesAt) await requireInTime(trx, found.eventId, changes);
  if (maxPerBuyer !== undefined && maxPerBuyer > found.capacity) throw invalid('/maxPerBuyer', 'fewer_seats');
  const newFees = price && platformFees(price);
  const pricing = {
    price: price ?? found.price,
    fees: fees ?? found.fees,
    platformFees: newFees ?? found.platformFees,
  };
  if (price ?? fees ?? maxPerBuyer)
    requireChargeable(payments, { ...pricing, maxPerBuyer: maxPerBuyer ?? found.maxPerBuyer });
  // The organizer may have another account by now. Drops from before the platform paid organizers stay as they were.
  const isPaidOut = payments.accounts && (price ?? fees ?? found.payoutAccount) !== undefined;
  const payoutAccount = isPaidOut
    ? { payout_account: (await accountOfNewDrop({ db: trx, payments }, found.organizerId, pricing)) ?? null }
    : {};

  await trx('drops')
    .where({ id })
    .update({
      ...columnsOf(changes),
      ...(newFees && { platform_fees: jsonOf(newFees) }),
      ...payoutAccount,
      stocked_at: null,
      terms_version: trx.raw('terms_version + 1'),
    });
  if (questions) await writeQuestions(trx, id, questions);
  // The drop may have opened while this waited for locks. From then on buyers rely on its terms.
  if (Date.now() >= found.opensAt) throw new Problem('drop_already_open');
}
