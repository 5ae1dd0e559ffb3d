/**
 * Removes what a deleted account left, once it need not be kept any more (docs/privacy.md), and gives back the money of
 * orders that were placed while the account was being deleted.
 */
import { retried, transact, type Database } from '../../shared/mysql/connect.ts';
import { startLoop, type Loop } from '../../shared/tier/loop.ts';
import { createWorkOff, together, type Round, type WorkOffTimes } from '../../shared/tier/work-off.ts';
import type { Deps } from '../deps.ts';
import { requestRefunds } from '../orders/request-refund.ts';
import { deletedName } from './personal-data.ts';

type EraseDeps = Pick<Deps, 'db' | 'log'> & { keptYears: number };

export function startErasing(deps: EraseDeps, everyMs = 600_000): Loop {
  return startLoop('erase kept data', everyMs, deps.log, createErasing(deps));
}

export function createErasing(deps: EraseDeps, times: Partial<WorkOffTimes> = {}): Round {
  return together(createEraseKept(deps, times), createRefundLate(deps, times));
}

type Deleted = { id: number };

/**
 * The period begins with the deletion: no order, of the user or of the user's events, is later, but those that are refunded
 * at once.
 */
function createEraseKept({ db, log, keptYears }: EraseDeps, times: Partial<WorkOffTimes>): Round {
  return createWorkOff<Deleted>({
    name: 'erase kept data',
    log,
    atOnce: 1,
    ...times,
    page: (after, limit) =>
      db('users')
        .whereNull('erased_at')
        .whereRaw('deleted_at < now(3) - interval ? year', [keptYears])
        .where('id', '>', after?.id ?? 0)
        .orderBy('id')
        .limit(limit)
        .select('id'),
    keyOf: ({ id }) => id,
    async work({ id }) {
      await transact(db, (trx) => eraseKept(trx, id));
      log.info({ userId: id }, 'kept data of a deleted account erased');
      return 'done';
    },
  });
}

/**
 * What is left refers to nobody: seats, amounts, times, and a number in place of the user. The audit log stays: it is
 * append-only.
 */
async function eraseKept(trx: Database, id: number): Promise<void> {
  const user = await trx('users').where({ id }).whereNull('erased_at').forUpdate().first<Deleted>('id');
  if (!user) return;
  const holdIds = () => trx('orders').where({ user_id: id }).select('id');
  await trx('orders')
    .where({ user_id: id })
    .whereNotNull('receipt')
    .update({ receipt: trx.raw(`json_set(receipt, '$.buyer', ?)`, [deletedName]) });
  // By the orders: there is no index by the user, and what did not become an order was not charged.
  await trx('payment_attempts')
    .whereIn('hold_id', holdIds())
    .update({ card: null, provider_ref: null, payout_transfer: null });
  await trx('payment_events').whereIn('hold_id', holdIds()).delete();
  await trx('disputes').whereIn('hold_id', holdIds()).delete();
  await trx('outside_refunds').whereIn('hold_id', holdIds()).delete();
  await trx('refunds').whereIn('order_id', holdIds()).update({ provider_ref: null });
  await trx('sellers').where({ organizer_id: id }).delete();
  await trx('payout_accounts').where({ user_id: id }).delete();
  await trx('users')
    .where({ id })
    .update({ erased_at: trx.fn.now(3) });
}

/**
 * A payment that began before an account was deleted, unseen by the deletion, may still become an order. Nobody can use
 * it, so it is refunded.
 */
function createRefundLate({ db, log }: EraseDeps, times: Partial<WorkOffTimes>): Round {
  return createWorkOff<{ id: string }>({
    name: 'refund orders of deleted accounts',
    log,
    ...times,
    page: (after, limit) =>
      db('users')
        .join('orders', 'orders.user_id', 'users.id')
        .whereNull('users.erased_at')
        .where('users.deleted_at', '>', db.raw('now(3) - interval 2 day'))
        .whereRaw('orders.created_at >= users.deleted_at')
        .where({ 'orders.status': 'paid' })
        .where('orders.id', '>', after?.id ?? '')
        .orderBy('orders.id')
        .limit(limit)
        .select('orders.id'),
    keyOf: ({ id }) => id,
    async work({ id }) {
      await retried(db, () => requestRefunds(db, { id }));
      return 'done';
    },
  });
}
