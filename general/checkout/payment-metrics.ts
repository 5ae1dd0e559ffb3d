/** What ops see of payments that did not go straight: see ops/alerts-payments.yml for when it is too much. */
import { Counter, Gauge, type Registry } from 'prom-client';
import type { Database } from '../../shared/mysql/connect.ts';
import type { Settlement } from './settle.ts';

export type PaymentMetrics = {
  /** What the reconciler made of an attempt it took up. `undecided` and `failed` are taken up again. */
  reconciled: (outcome: Settlement['kind'] | 'failed') => void;
  /** Counts what is open in MySQL. Each process counts all of it, so take the largest, not the sum. */
  look: (db: Database) => Promise<void>;
};

type Open = { status: string; count: number; oldest: Date | null };

export function createPaymentMetrics(registry: Registry): PaymentMetrics {
  const registers = [registry];
  const reconciled = new Counter({
    name: 'seatdrop_payments_reconciled_total',
    help: 'Payment attempts that the reconciler took up, by what they came to',
    labelNames: ['outcome'],
    registers,
  });
  for (const outcome of ['paid', 'declined', 'seats_lost', 'undecided', 'failed'])
    reconciled.inc({ outcome }, 0);
  const gauge = (name: string, help: string) => new Gauge({ name, help, registers });
  const pending = gauge('seatdrop_payments_pending', 'Payment attempts that only the provider can decide');
  const oldestPending = gauge('seatdrop_payment_oldest_pending_seconds', 'Age of the oldest of them');
  const refunds = gauge('seatdrop_refunds_due', 'Charges and orders whose money is on its way back');
  const oldestRefund = gauge(
    'seatdrop_refund_oldest_due_seconds',
    'For how long the oldest of them has been due',
  );

  return {
    reconciled: (outcome) => reconciled.inc({ outcome }),

    async look(db) {
      const attempts: Open[] = await db('payment_attempts')
        .whereIn('status', ['pending', 'refund_due'])
        .groupBy('status')
        .select('status', db.raw('count(*) as count'), db.raw('min(updated_at) as oldest'));
      const orders: Open[] = await db('orders')
        .where({ status: 'refund_due' })
        .groupBy('status')
        .select('status', db.raw('count(*) as count'), db.raw('min(updated_at) as oldest'));
      const tell = (open: Open[], count: Gauge, oldest: Gauge) => {
        count.set(open.reduce((sum, each) => sum + each.count, 0));
        const since = Math.min(...open.map((each) => each.oldest?.getTime() ?? Infinity));
        oldest.set(Number.isFinite(since) ? Math.max(0, (Date.now() - since) / 1000) : 0);
      };
      const having = (status: string) => attempts.filter((each) => each.status === status);
      tell(having('pending'), pending, oldestPending);
      tell([...having('refund_due'), ...orders], refunds, oldestRefund);
    },
  };
}

/** Counts paid orders of which Redis had given a seat to somebody else: their checkout then fails in MySQL. */
export function countConflicts(registry: Registry): () => void {
  const counter = new Counter({
    name: 'seatdrop_sale_conflicts_total',
    help: 'Paid orders of which Redis had given a seat to somebody else',
    registers: [registry],
  });
  return () => counter.inc();
}
