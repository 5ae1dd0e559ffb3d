import { orderIdParams, order, refundRequest } from '../../shared/contract/orders.ts';
import { loadDrop, type Drop } from '../../shared/drops/drop.ts';
import { describeSeat, rowsOf } from '../../shared/inventory/layout.ts';
import { Problem } from '../../shared/tier/problems.ts';
import { currentRole } from '../accounts/user.ts';
import { requireOwner } from '../events/owner.ts';
import { requireProven } from '../http/authorize.ts';
import { defineRoute, type Route } from '../http/route.ts';
import type { Deps } from '../deps.ts';
import { bySeatId, presentOrders, type OrderRow } from './present-orders.ts';
import { advanceRefund, type RefundDeps } from './refund.ts';
import { requestRefund, type RefundAsked, type UsedSeat } from './request-refund.ts';

export function refundOrder(deps: RefundDeps & Pick<Deps, 'supportEmail'>): Route {
  const { db } = deps;
  return defineRoute({
    method: 'POST',
    path: '/api/orders/:id/refund',
    summary: 'Refund seats of an order, or all; they go back on sale',
    description:
      'For the organizer and admins. Buyers may return seats of their own orders if the drop has `returns`, until that ' +
      'time (`returns_closed` otherwise), and the organizer keeps the part that it says. ' +
      'Safe to repeat: nothing is given back twice, and seats that were refunded before are answered with ' +
      '`already_refunded`, which carries those `seats`. While a seat is `refunding`, the payment provider has not ' +
      'given the money back yet and is asked again. If one of the tickets was used, the refund is refused with ' +
      '`already_checked_in`, which carries those `seats`, each with `checkedInAt`. With `force`, which buyers cannot ' +
      'use, they are refunded nevertheless, and their seats are withheld: they do not go back on sale.',
    tag: 'Orders',
    who: 'signed-in',
    params: orderIdParams,
    body: refundRequest,
    success: { status: 200, schema: order, description: 'The order' },
    problems: [
      'already_checked_in',
      'already_refunded',
      'not_allowed',
      'returns_closed',
      'second_factor_required',
    ],
    records: 'refund_requested',
    async handle({ params: { id }, body, session, actor }) {
      const found = await db<OrderRow>('orders').where({ id }).first();
      const drop = found && (await loadDrop(db, found.drop_id));
      if (!drop) throw new Problem('not_found');
      const force = body?.force === true;
      const role = (await currentRole(db, session.userId)) ?? 'shopper';
      const asker = asAsker({ ...session, role }, found, drop, force);
      if (asker.reason !== 'buyer') requireProven(session);
      // What buyers return is in the refund's row; the audit log is about staff.
      const staff = asker.reason === 'buyer' ? undefined : { ...actor, role };
      const used = await requestRefund(db, id, { seats: body?.seats, force, ...asker, staff });
      if (used.length > 0) throw alreadyUsed(used, drop, asker.reason);
      await advanceRefund(deps, id).catch((error: unknown) =>
        deps.log.warn(
          { err: error, orderId: id },
          'the refund could not be completed now; the duty continues it',
        ),
      );
      const reader = asker.reason === 'buyer' ? 'buyer' : 'staff';
      const [presented] = await presentOrders(db, await db<OrderRow>('orders').where({ id }), reader);
      return presented!;
    },
  });
}

type Asker = Required<Pick<RefundAsked, 'by' | 'reason' | 'keepPercent'>>;

/**
 * On what terms somebody refunds an order.
 * @throws {Problem} not_found, not_allowed or returns_closed
 */
function asAsker(
  session: Parameters<typeof requireOwner>[0],
  { user_id }: OrderRow,
  { organizerId, returns }: Drop,
  force: boolean,
): Asker {
  const { userId, role } = session;
  const runsDrop = role === 'admin' || (role === 'organizer' && organizerId === userId);
  if (!runsDrop && user_id === userId) {
    if (force) throw new Problem('not_allowed');
    if (!returns || Date.now() >= returns.until) throw new Problem('returns_closed');
    return { by: { userId, role: 'buyer' }, reason: 'buyer', keepPercent: returns.keepPercent };
  }
  // For other buyers the order does not exist.
  if (role === 'shopper') throw new Problem('not_found');
  requireOwner(session, organizerId);
  return { by: { userId, role }, reason: 'organizer', keepPercent: 0 };
}

function alreadyUsed(used: readonly UsedSeat[], { sections }: Drop, reason: Asker['reason']): Problem {
  const rows = rowsOf(sections);
  const seats = used
    .map(({ seat_id, checked_in_at }) => ({
      ...describeSeat(seat_id, rows),
      checkedInAt: checked_in_at.toISOString(),
    }))
    .toSorted(bySeatId);
  const force = reason === 'buyer' ? '' : ' With `force` they are refunded and their seats stay sold.';
  return new Problem('already_checked_in', {
    detail: `${seats.length} of these tickets were used.${force}`,
    extensions: { seats },
  });
}
