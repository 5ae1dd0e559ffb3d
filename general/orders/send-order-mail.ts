import { orderIdParams } from '../../shared/contract/orders.ts';
import { orderMailPauseSeconds, orderMailsADay } from '../../shared/contract/mailing-limits.ts';
import { orderMailAgain } from '../../shared/contract/mailings.ts';
import { loadDrop } from '../../shared/drops/drop.ts';
import { transact, type Database } from '../../shared/mysql/connect.ts';
import { Problem } from '../../shared/tier/problems.ts';
import { findUser } from '../accounts/user.ts';
import { recordAct, type Actor } from '../audit/record-act.ts';
import type { Deps } from '../deps.ts';
import { requireOwner } from '../events/owner.ts';
import { defineRoute, type Route } from '../http/route.ts';
import { lockOrder } from './request-refund.ts';

const dayMs = 86_400_000;

export function sendOrderMail({ db }: Pick<Deps, 'db'>): Route {
  return defineRoute({
    method: 'POST',
    path: '/api/orders/:id/send-mail',
    summary: 'Send the mail of an order to its buyer again',
    description:
      'It goes to the present address of the buyer, with the seats that are not refunded and the receipt. Possible ' +
      `${orderMailsADay} times in 24 hours for an order, once in ${orderMailPauseSeconds} seconds (\`too_many_mails\`).`,
    tag: 'Orders',
    who: ['organizer', 'admin'],
    params: orderIdParams,
    success: { status: 200, schema: orderMailAgain, description: 'It is in the outbox' },
    problems: ['already_refunded', 'too_many_mails'],
    records: 'order_mail_sent_again',
    handle: ({ params: { id }, actor }) => transact(db, (trx) => writeAgain(trx, id, actor)),
  });
}

/** Its number makes the mail another one, where copies are recognised by their id (docs/decisions/021). */
async function writeAgain(trx: Database, id: string, actor: Actor): Promise<{ to: string; left: number }> {
  // One at a time, so that the limits hold and numbers are used once.
  const order = await lockOrder(trx, id);
  const drop = order && (await loadDrop(trx, order.drop_id));
  if (!drop) throw new Problem('not_found');
  requireOwner(actor, drop.organizerId);
  if (order.status !== 'paid') throw new Problem('already_refunded');
  const buyer = await findUser(trx, { id: order.user_id });
  if (!buyer) throw new Problem('not_found');
  const earlier: { number: number; asked_at: Date }[] = await trx('order_mails_again')
    .where({ order_id: id })
    .orderBy('number', 'desc')
    .limit(orderMailsADay)
    .select('number', 'asked_at');
  const now = Date.now();
  requireFew(
    earlier.map(({ asked_at }) => asked_at.getTime()),
    now,
  );
  const number = (earlier[0]?.number ?? 0) + 1;
  await trx('order_mails_again').insert({
    order_id: id,
    number,
    asked_by: actor.userId,
    asked_at: new Date(now),
  });
  await trx('outbox').insert({
    topic: 'order-paid',
    payload: JSON.stringify({ orderId: id, again: number }),
  });
  await recordAct(trx, actor, {
    act: 'order_mail_sent_again',
    subject: { kind: 'order', id },
    before: null,
    after: { number },
  });
  const today = earlier.filter(({ asked_at }) => asked_at.getTime() > now - dayMs).length;
  return { to: buyer.email, left: orderMailsADay - today - 1 };
}

/** `times`: the latest ones, latest first. */
function requireFew(times: readonly number[], now: number): void {
  const over = Math.max(
    (times[0] ?? 0) + orderMailPauseSeconds * 1000,
    (times[orderMailsADay - 1] ?? 0) + dayMs,
  );
  if (over > now) throw new Problem('too_many_mails', { retryAfter: Math.ceil((over - now) / 1000) });
}
