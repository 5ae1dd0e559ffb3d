/** Metrics of payments that did not settle at once. The thresholds are in ops/alerts-payments.yml. */
import { Counter, Gauge, type Registry } from 'prom-client';
import type { Database } from '../../shared/mysql/connect.ts';
import type { Settlement } from './settle.ts';

export type PaymentMetrics = {
  /**
   * Counts the result of an attempt that the reconciler handled. `undecided` and `failed` attempts are handled again.
   */
  reconciled: (outcome: Settlement['kind'] | 'failed') => void;
  /**
   * Counts open payments in MySQL. Every process counts all of them, so take the maximum over processes, not the sum.
   */
  look: (db: Database) => Promise<void>;
};

type Open = { status: string; count: number; since: Date | null };

/** `boundMs`: how long after its time to pay a payment may be pending, which is then not overdue. */
export function createPaymentMetrics(registry: Registry, boundMs = 0): PaymentMetrics {
  const registers = [registry];
  const reconciled = new Counter({
    name: 'seatdrop_payments_reconciled_total',
    help: 'Payment attempts that the reconciler handled, by result',
    labelNames: ['outcome'],
    registers,
  });
  for (const outcome of ['paid', 'declined', 'seats_lost', 'undecided', 'failed'])
    reconciled.inc({ outcome }, 0);
  const gauge = (name: string, help: string) => new Gauge({ name, help, registers });
  const pending = gauge(
    'seatdrop_payments_pending',
    'Payment attempts that wait for their buyers or for the provider',
  );
  const longestOverdue = gauge(
    'seatdrop_payment_longest_overdue_seconds',
    'How long the first pending payment attempt should have been decided: its time to pay is over, and that of its provider',
  );
  const refunds = gauge('seatdrop_refunds_due', 'Charges and orders whose refund is not finished');
  const disputes = gauge(
    'seatdrop_disputes_to_answer',
    'Disputed charges to which the organizer has to respond at the provider',
  );
  const oldestRefund = gauge('seatdrop_refund_oldest_due_seconds', 'Age of the oldest unfinished refund');

  return {
    reconciled: (outcome) => reconciled.inc({ outcome }),

    async look(db) {
      const attempts: Open[] = await db('payment_attempts')
        .whereIn('status', ['pending', 'refund_due'])
        .groupBy('status')
        .select(
          'status',
          db.raw('count(*) as count'),
          db.raw(`min(if(status = 'pending', pay_by, updated_at)) as since`),
        );
      const orders: Open[] = await db('orders')
        .where({ status: 'refund_due' })
        .groupBy('status')
        .select('status', db.raw('count(*) as count'), db.raw('min(updated_at) as since'));
      // The order stays `paid` while only some of its seats are refunded.
      const inPart: Open[] = await db('refunds')
        .join('orders', 'orders.id', 'refunds.order_id')
        .where({ 'refunds.status': 'due', 'orders.status': 'paid' })
        .orWhereNotNull('refunds.returned_at')
        .groupBy('refunds.status')
        .select('refunds.status', db.raw('count(*) as count'))
        .select(db.raw('min(coalesce(refunds.returned_at, refunds.created_at)) as since'));
      const [toAnswer]: { count: number }[] = await db('disputes')
        .where({ status: 'needs_response' })
        .select(db.raw('count(*) as count'));
      disputes.set(toAnswer?.count ?? 0);
      const setGauges = (open: Open[], count: Gauge, oldest: Gauge, afterMs = 0) => {
        count.set(open.reduce((sum, each) => sum + each.count, 0));
        const since = Math.min(...open.map((each) => each.since?.getTime() ?? Infinity)) + afterMs;
        oldest.set(Number.isFinite(since) ? Math.max(0, (Date.now() - since) / 1000) : 0);
      };
      const withStatus = (status: string) => attempts.filter((each) => each.status === status);
      setGauges(withStatus('pending'), pending, longestOverdue, boundMs);
      setGauges([...withStatus('refund_due'), ...orders, ...inPart], refunds, oldestRefund);
    },
  };
}

/** Counts paid orders for which Redis had given a seat to another buyer, whose checkout then fails in MySQL. */
export function countConflicts(registry: Registry): () => void {
  const counter = new Counter({
    name: 'seatdrop_sale_conflicts_total',
    help: 'Paid orders for which Redis had given a seat to another buyer',
    registers: [registry],
  });
  return () => counter.inc();
}
