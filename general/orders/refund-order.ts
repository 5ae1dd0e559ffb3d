import { orderIdParams, order, refundRequest } from '../../shared/contract/orders.ts';
import { loadDrop, type Drop } from '../../shared/drops/drop.ts';
import { describeSeat, rowsOf } from '../../shared/inventory/layout.ts';
import { Problem } from '../../shared/tier/problems.ts';
import { requireOwner } from '../events/owner.ts';
import { defineRoute, type Route } from '../http/route.ts';
import type { Deps } from '../deps.ts';
import { bySeatId, presentOrders, type OrderRow } from './present-orders.ts';
import { advanceRefund, type RefundDeps } from './refund.ts';
import { requestRefund, type UsedSeat } from './request-refund.ts';

export function refundOrder(deps: RefundDeps & Pick<Deps, 'supportEmail'>): Route {
  const { db } = deps;
  return defineRoute({
    method: 'POST',
    path: '/api/orders/:id/refund',
    summary: 'Refund seats of an order, or all; they go back on sale',
    description:
      'Safe to repeat: nothing is given back twice, and seats that were refunded before are answered with ' +
      '`already_refunded`, which carries those `seats`. While a seat is `refunding`, the payment provider has not ' +
      'given the money back yet and is asked again. If one of the tickets was used, the refund is refused with ' +
      '`already_checked_in`, which carries those `seats`, each with `checkedInAt`. With `force` they are refunded ' +
      'nevertheless, and their seats are withheld: they do not go back on sale.',
    tag: 'Orders',
    who: ['organizer', 'admin'],
    params: orderIdParams,
    body: refundRequest,
    success: { status: 200, schema: order, description: 'The order' },
    problems: ['already_checked_in', 'already_refunded'],
    async handle({ params: { id }, body, session }) {
      const found = await db<OrderRow>('orders').where({ id }).first();
      const drop = found && (await loadDrop(db, found.drop_id));
      if (!drop) throw new Problem('not_found');
      requireOwner(session, drop.organizerId);
      const { userId, role } = session;
      const used = await requestRefund(db, id, {
        seats: body?.seats,
        force: body?.force === true,
        by: { userId, role },
      });
      if (used.length > 0) throw alreadyUsed(used, drop);
      await advanceRefund(deps, id).catch((error: unknown) =>
        deps.log.warn(
          { err: error, orderId: id },
          'the refund could not be completed now; the duty continues it',
        ),
      );
      const [presented] = await presentOrders(db, await db<OrderRow>('orders').where({ id }));
      return presented!;
    },
  });
}

function alreadyUsed(used: readonly UsedSeat[], { sections }: Drop): Problem {
  const rows = rowsOf(sections);
  const seats = used
    .map(({ seat_id, checked_in_at }) => ({
      ...describeSeat(seat_id, rows),
      checkedInAt: checked_in_at.toISOString(),
    }))
    .toSorted(bySeatId);
  return new Problem('already_checked_in', {
    detail: `${seats.length} of these tickets were used. With \`force\` they are refunded and their seats stay sold.`,
    extensions: { seats },
  });
}
