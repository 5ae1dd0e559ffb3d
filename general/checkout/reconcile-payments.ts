/**
 * Payments left in doubt by a crash or a silent provider are settled here, some seconds late. Redis says which holds
 * are being paid, MySQL which attempts are open, and the provider what became of them.
 */
import { places } from '../../shared/inventory/inventory.ts';
import type { HoldRecord } from '../../shared/inventory/hold.ts';
import type { Place } from '../../shared/inventory/keys.ts';
import { startLoop, type Loop } from '../../shared/loop.ts';
import { isDuplicateKey } from '../../shared/mysql/connect.ts';
import type { SaleDeps } from '../sale-deps.ts';
import { attemptsIn, findAttempt, insertAttempts } from './payment-attempt.ts';
import type { PaymentMetrics } from './payment-metrics.ts';
import { resolveAttempt, type Settlement } from './settle.ts';

export type ReconcileTimes = {
  everyMs: number;
  /** A checkout request is over by then; if not, it finds its attempt given up and charges nothing. */
  abandonedAfterMs: number;
  /** How long a provider may take before an open charge is cancelled there. */
  giveUpAfterMs: number;
};

const usual: ReconcileTimes = { everyMs: 2_000, abandonedAfterMs: 15_000, giveUpAfterMs: 60_000 };

export function startReconciling(
  deps: SaleDeps,
  metrics: PaymentMetrics,
  times: Partial<ReconcileTimes> = {},
): Loop {
  const all = { ...usual, ...times };
  return startLoop('reconcile payments', all.everyMs, deps.log, () => reconcilePayments(deps, all, metrics));
}

export async function reconcilePayments(
  deps: SaleDeps,
  times: ReconcileTimes,
  metrics?: PaymentMetrics,
): Promise<void> {
  // First, so that they are told even where nothing else goes on.
  await metrics?.look(deps.db);
  const each = async (holdId: string, work: Promise<Settlement | undefined>) => {
    try {
      const settlement = await work;
      if (settlement) metrics?.reconciled(settlement.kind);
    } catch (error) {
      metrics?.reconciled('failed');
      deps.log.warn({ err: error, holdId }, 'left for the next round');
    }
  };

  for (const attempt of await attemptsIn(deps.db, 'pending', times.giveUpAfterMs)) {
    await each(attempt.holdId, resolveAttempt(deps, attempt, { giveUp: true }));
  }
  for (const attempt of await attemptsIn(deps.db, 'pending', times.abandonedAfterMs)) {
    await each(attempt.holdId, resolveAttempt(deps, attempt));
  }
  for (const attempt of await attemptsIn(deps.db, 'refund_due', times.everyMs)) {
    await each(attempt.holdId, resolveAttempt(deps, attempt));
  }
  for (const drop of await deps.inventory.onSale()) {
    for (const place of places(drop.id, drop.partitions)) {
      for (const hold of await deps.inventory.paying(place, times.abandonedAfterMs)) {
        await each(hold.holdId, resolvePaying(deps, place, hold));
      }
    }
  }
}

/** A hold in `paying` whose payment is decided, or was never begun. */
async function resolvePaying(
  deps: SaleDeps,
  place: Place,
  hold: HoldRecord,
): Promise<Settlement | undefined> {
  const found = await findAttempt(deps.db, hold);
  // Pending ones were looked at above.
  if (found) return found.status === 'pending' ? undefined : resolveAttempt(deps, found);
  // Written down as declined first: should the request that began it still live, it cannot go on from here.
  try {
    const { holdId, buyerId, seats } = hold;
    const facts = { provider: deps.payments.name, amount: 0, currency: 'XXX', status: 'declined' as const };
    const attempt = { holdId, attempt: hold.attempt, place, buyerId, seats, ...facts };
    await insertAttempts(deps.db, [attempt], 'abandoned');
  } catch (error) {
    if (isDuplicateKey(error)) return undefined;
    throw error;
  }
  const abandoned = await findAttempt(deps.db, hold);
  return abandoned && resolveAttempt(deps, abandoned);
}
