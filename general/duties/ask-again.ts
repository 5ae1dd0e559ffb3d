/**
 * Asks a provider that cannot cancel about payments that have ended here, some times within a day, and refunds those
 * that were paid since. A webhook tells most of them earlier. A provider that does not report on refunds is also asked
 * about those that it accepted, until they are final.
 */
import { startLoop, type Loop } from '../../shared/tier/loop.ts';
import { createWorkOff, type Round } from '../../shared/tier/work-off.ts';
import { askAgainAt, attemptsToAskAgain, type AskedAttempt } from '../checkout/payment-attempt.ts';
import { askAboutRefunds } from '../payments/ask-about-refunds.ts';
import { resolveLate } from '../checkout/resolve-late.ts';
import type { SettleDeps } from '../checkout/settle.ts';
import { chargeKey } from '../payments/provider.ts';

type Times = { everyMs: number; now: () => number };

export function startAskingAgain(deps: SettleDeps, everyMs = 5_000): Loop {
  return startLoop(
    'ask again about payments',
    everyMs,
    deps.log,
    createAskingAgain(deps, { everyMs, now: Date.now }),
  );
}

export function createAskingAgain(deps: SettleDeps, { everyMs, now }: Times): Round {
  const { db, log, inventory } = deps;
  const { late, name: provider } = deps.payments;
  if (!late) return () => Promise.resolve();
  return createWorkOff<AskedAttempt>({
    log,
    name: 'ask again about payments',
    firstPauseMs: everyMs,
    page: (after, limit) => attemptsToAskAgain(db, provider, now(), after, limit),
    keyOf: ({ holdId, attempt }) => chargeKey(holdId, attempt),
    laneOf: ({ place }) => inventory.nodesOf([place]),
    async work(attempt) {
      if (attempt.status === 'pending') return 'later';
      // First, since it needs no Redis.
      const refunds = await askAboutRefunds(deps, attempt, now());
      const found = await resolveLate(deps, attempt);
      if (refunds === 'undecided' || found === 'undecided') return 'later';
      const times = [...late.askAfterMs.map((ms) => attempt.payBy + ms), ...refunds];
      const next = Math.min(...times.filter((at) => at > now()));
      await askAgainAt(db, attempt, Number.isFinite(next) ? next : undefined);
      return 'done';
    },
  });
}
