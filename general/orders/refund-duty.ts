/**
 * Completes refunds that were requested, or left half done by a crash: first the money, whatever the state of Redis,
 * then the seats. A refund that the provider does not carry out is tried again, and does not hold up others.
 */
import { startLoop, type Loop } from '../../shared/tier/loop.ts';
import { createWorkOff, together, type Round, type WorkOffTimes } from '../../shared/tier/work-off.ts';
import { attemptsIn, type OpenAttempt } from '../checkout/payment-attempt.ts';
import type { PaymentMetrics } from '../checkout/payment-metrics.ts';
import { resolveAttempt, type SettleDeps } from '../checkout/settle.ts';
import { chargeKey } from '../payments/provider.ts';
import { openRefunds, refundCharge, reopenRefunded, type OpenRefund } from './refund.ts';

export function startRefunding(deps: SettleDeps, metrics?: PaymentMetrics, everyMs = 2_000): Loop {
  const refund = createRefunding(deps, metrics, { everyMs, firstPauseMs: everyMs });
  return startLoop('refund', everyMs, deps.log, refund);
}

export function createRefunding(
  deps: SettleDeps,
  metrics?: PaymentMetrics,
  { everyMs = 0, ...times }: Partial<WorkOffTimes> & { everyMs?: number } = {},
): Round {
  const { db, log, inventory } = deps;
  const orders = { log, ...times, keyOf: ({ id }: OpenRefund) => id };
  const money = createWorkOff<OpenRefund>({
    ...orders,
    name: 'refund orders',
    page: (after, limit) => openRefunds(db, 'money', after, limit),
    work: ({ id }) => refundCharge(deps, id),
  });
  const seats = createWorkOff<OpenRefund>({
    ...orders,
    name: 'reopen seats',
    page: (after, limit) => openRefunds(db, 'seats', after, limit),
    laneOf: ({ place }) => inventory.nodesOf([place]),
    async work({ id }) {
      await reopenRefunded(deps, id);
      return 'done';
    },
  });
  const charges = createWorkOff<OpenAttempt>({
    log,
    ...times,
    name: 'refund charges',
    // The process that marked the charge for refund is refunding it right now.
    page: (after, limit) =>
      attemptsIn(db, { status: 'refund_due', since: Date.now() - everyMs }, after, limit),
    keyOf: ({ holdId, attempt }) => chargeKey(holdId, attempt),
    laneOf: ({ place }) => inventory.nodesOf([place]),
    async work(attempt) {
      const settlement = await resolveAttempt(deps, attempt);
      metrics?.reconciled(settlement.kind);
      return 'later';
    },
    onFailed: () => metrics?.reconciled('failed'),
  });

  const refunds: Round = async (stopping) => {
    try {
      await money(stopping);
    } finally {
      await seats(stopping);
    }
  };
  return together(refunds, charges);
}
