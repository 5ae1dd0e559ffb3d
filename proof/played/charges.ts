import type { Database } from '../../shared/mysql/connect.ts';
import { parseChargeKey } from '../../general/payments/provider.ts';
import type { Order } from '../orders.ts';
import type { Replay } from '../replay.ts';
import type { Report } from '../violation.ts';

/** A charge in the sandbox provider's books. */
export type Charge = {
  key: string;
  status: 'open' | 'challenged' | 'pending' | 'approved' | 'declined' | 'canceled';
  amount: number;
  currency: string;
  refunded: boolean;
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
 * Checks that money and seats match (rule 5): a hold is charged at most once, each paid order has one charge that was
 * not refunded, every other charge was refunded, and no payment is left undecided.
 */
export async function checkCharges(
  db: Database,
  listCharges: ListCharges,
  dropId: number,
  { replays, orders }: { replays: readonly Replay[]; orders: readonly Order[] },
  report: Report,
): Promise<void> {
  // MySQL also has the holds that Redis has forgotten.
  const attempted: { hold_id: string }[] = await db('payment_attempts')
    .where({ drop_id: dropId })
    .select('hold_id');
  const ofDrop = new Set([
    ...replays.flatMap(({ holds }) => [...holds.keys()]),
    ...attempted.map(({ hold_id }) => hold_id),
  ]);
  const holdOf = ({ key }: Charge) => parseChargeKey(key)?.holdId ?? '';
  const charges = (await listCharges('')).filter((charge) => ofDrop.has(holdOf(charge)));
  const byHold = Map.groupBy(charges, holdOf);
  const paid = new Map(orders.filter(({ status }) => status === 'paid').map((order) => [order.id, order]));

  for (const [holdId, ofHold] of byHold) {
    const approved = ofHold.filter(({ status }) => status === 'approved');
    if (approved.length > 1) report('5 money', `hold ${holdId} was charged ${approved.length} times`, ofHold);
    if (approved.some(({ refunded }) => !refunded) && !paid.has(holdId))
      report('5 money', `hold ${holdId} was charged, but is no paid order`, ofHold);
    if (ofHold.some(({ status }) => status === 'open' || status === 'pending' || status === 'challenged'))
      report('5 money', `hold ${holdId} has an undecided charge`, ofHold);
  }
  for (const order of paid.values()) {
    const key = `${order.id}.${order.attempt}`;
    const charge = byHold.get(order.id)?.find((each) => each.key === key);
    if (charge?.status !== 'approved' || charge.refunded || charge.amount !== order.amount)
      report('5 money', `order ${order.id} is not paid for by its charge`, { order, charge });
  }

  const open: unknown[] = await db('payment_attempts')
    .where({ drop_id: dropId })
    .whereIn('status', ['pending', 'refund_due']);
  for (const attempt of open) report('5 money', 'a payment is left undecided', attempt);
}
