/** What a list of orders says about the money of each, beside its amount. */
import type { z } from 'zod';
import type { soldOrder } from '../../shared/contract/orders.ts';
import type { Database } from '../../shared/mysql/connect.ts';

type PaymentMarks = Pick<z.input<typeof soldOrder>, 'payment' | 'refundedOutside' | 'disputed'>;

type AttemptRef = {
  hold_id: string;
  provider: string;
  provider_ref: string | null;
  currency: string;
  payout_account: string | null;
  payout_fee: number | null;
  payout_transfer: string | null;
};
type Sum = { hold_id: string; currency: string; amount: string | number };

/** By order id. Three queries, however many orders; each finds its rows by the ids of the orders. */
export async function readPaymentMarks(
  db: Database,
  orders: readonly { id: string; attempt: number }[],
): Promise<Map<string, PaymentMarks>> {
  const ids = orders.map(({ id }) => id);
  const sums = (table: string) =>
    db(table)
      .whereIn('hold_id', ids)
      .groupBy('hold_id', 'currency')
      .select('hold_id', 'currency', db.raw('sum(amount) as amount'));
  const [attempts, outside, disputed]: [AttemptRef[], Sum[], Sum[]] = await Promise.all([
    db('payment_attempts')
      .whereIn(
        ['hold_id', 'attempt'],
        orders.map(({ id, attempt }) => [id, attempt]),
      )
      .select(
        'hold_id',
        'provider',
        'provider_ref',
        'currency',
        'payout_account',
        'payout_fee',
        'payout_transfer',
      ),
    sums('outside_refunds').where({ status: 'made' }),
    sums('disputes').whereNotIn('status', ['won', 'closed']),
  ]);
  const sumOf = (found: readonly Sum[], id: string) => {
    const sum = found.find(({ hold_id }) => hold_id === id);
    return sum && { amount: Number(sum.amount), currency: sum.currency };
  };
  const paidBy = new Map(attempts.map((attempt) => [attempt.hold_id, attempt]));
  return new Map(
    ids.map((id) => {
      const attempt = paidBy.get(id);
      const refundedOutside = sumOf(outside, id);
      const inDispute = sumOf(disputed, id);
      const marks = {
        ...(attempt && { payment: paymentOf(attempt) }),
        ...(refundedOutside && { refundedOutside }),
        ...(inDispute && { disputed: inDispute }),
      };
      return [id, marks];
    }),
  );
}

function paymentOf({ provider, provider_ref: ref, ...row }: AttemptRef): PaymentMarks['payment'] {
  const { payout_account: account, payout_fee: fee, payout_transfer: transfer, currency } = row;
  return {
    provider,
    ...(ref !== null && { ref }),
    ...(account !== null && { account, fee: { amount: fee ?? 0, currency } }),
    ...(transfer !== null && { transfer }),
  };
}
