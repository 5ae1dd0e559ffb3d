import type { Database } from '../../shared/mysql/connect.ts';
import { freePayments } from '../../general/payments/free.ts';
import { chargeKey, parseChargeKey } from '../../general/payments/provider.ts';
import type { Order } from '../orders.ts';
import type { Replay } from '../replay.ts';
import type { Report } from '../violation.ts';

/** A charge in the sandbox provider's books. */
export type Charge = {
  key: string;
  status: 'open' | 'challenged' | 'pending' | 'approved' | 'declined' | 'canceled';
  amount: number;
  currency: string;
  /** Minor units, of all its refunds together. */
  refundedAmount: number;
};

/** All charges whose key begins with `keyPrefix`. */
export type ListCharges = (keyPrefix: string) => Promise<Charge[]>;

export function createListCharges(url: string, apiKey: string): ListCharges {
  return async (keyPrefix) => {
    const address = new URL(`/charges?keyPrefix=${encodeURIComponent(keyPrefix)}`, url);
    const response = await fetch(address, { headers: { authorization: `Bearer ${apiKey}` } });
    if (!response.ok) throw new Error(`the payment provider answered ${response.status}`);
    return ((await response.json()) as { charges: Charge[] }).charges;
  };
}

/**
 * Checks that money and seats match (rule 5). A hold is charged at most once. Each order has one charge, unless it cost
 * nothing, and the provider has given back the sum of the order's refunds, no more and no less. Every other charge was refunded. No payment is
 * left undecided.
 */
export async function checkCharges(
  db: Database,
  listCharges: ListCharges,
  dropId: number,
  { replays, orders }: { replays: readonly Replay[]; orders: readonly Order[] },
  report: Report,
): Promise<void> {
  // MySQL also has the holds that Redis has forgotten.
  const attempted: { hold_id: string; attempt: number; provider: string }[] = await db('payment_attempts')
    .where({ drop_id: dropId })
    .select('hold_id', 'attempt', 'provider');
  const free = new Set(
    attempted
      .filter(({ provider }) => provider === freePayments.name)
      .map(({ hold_id, attempt }) => chargeKey(hold_id, attempt)),
  );
  const ofDrop = new Set([
    ...replays.flatMap(({ holds }) => [...holds.keys()]),
    ...attempted.map(({ hold_id }) => hold_id),
  ]);
  const holdOf = ({ key }: Charge) => parseChargeKey(key)?.holdId ?? '';
  const charges = (await listCharges('')).filter((charge) => ofDrop.has(holdOf(charge)));
  const byHold = Map.groupBy(charges, holdOf);
  const placed = new Map(orders.map((order) => [order.id, order]));

  for (const [holdId, ofHold] of byHold) {
    const approved = ofHold.filter(({ status }) => status === 'approved');
    if (approved.length > 1) report('5 money', `hold ${holdId} was charged ${approved.length} times`, ofHold);
    if (approved.some(({ amount, refundedAmount }) => refundedAmount < amount) && !placed.has(holdId))
      report('5 money', `hold ${holdId} was charged, but is no order`, ofHold);
    if (ofHold.some(({ status }) => status === 'open' || status === 'pending' || status === 'challenged'))
      report('5 money', `hold ${holdId} has an undecided charge`, ofHold);
  }
  for (const order of placed.values()) {
    const key = chargeKey(order.id, order.attempt);
    const charge = byHold.get(order.id)?.find((each) => each.key === key);
    if (free.has(key) && order.amount === 0 && charge === undefined) continue;
    if (charge?.status !== 'approved' || charge.amount !== order.amount)
      report('5 money', `order ${order.id} is not paid for by its charge`, { order, charge });
    else checkGivenBack(order, charge, report);
  }

  const open: unknown[] = await db('payment_attempts')
    .where({ drop_id: dropId })
    .whereIn('status', ['pending', 'refund_due']);
  for (const attempt of open) report('5 money', 'a payment is left undecided', attempt);
}

function checkGivenBack(order: Order, charge: Charge, report: Report): void {
  const sum = (list: Order['refunds']) => list.reduce((all, { amount }) => all + amount, 0);
  // The previous version refunded orders as a whole, without a row for the refund.
  const isByPrevious = order.refunds.length === 0 && order.status !== 'paid';
  const done = isByPrevious
    ? order.status === 'refunded'
      ? order.amount
      : 0
    : sum(order.refunds.filter(({ status }) => status === 'done'));
  const most = isByPrevious || order.status === 'refund_due' ? order.amount : sum(order.refunds);
  if (charge.refundedAmount < done || charge.refundedAmount > most)
    report('5 money', `of order ${order.id} another amount was given back than its refunds`, {
      order,
      charge,
    });
}
