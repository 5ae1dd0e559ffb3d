/**
 * Settles payments left undecided by a crash or a provider that did not answer, some seconds late. Redis knows which
 * holds are being paid, MySQL which attempts are open, and the provider what became of them.
 */
import { places } from '../../shared/inventory/keys.ts';
import type { HoldRecord } from '../../shared/inventory/hold.ts';
import type { Place } from '../../shared/inventory/keys.ts';
import { startLoop, type Loop } from '../../shared/tier/loop.ts';
import { createWorkOff, inMemory, together, type Round, type Worked } from '../../shared/tier/work-off.ts';
import { unendedDrops, type UnendedDrop } from '../drops/unended-drops.ts';
import { chargeKey } from '../payments/provider.ts';
import {
  attemptsIn,
  findAttempt,
  findAttempts,
  insertAbandoned,
  type AttemptFilter,
  type OpenAttempt,
  type PaymentAttempt,
} from '../checkout/payment-attempt.ts';
import type { PaymentMetrics } from '../checkout/payment-metrics.ts';
import { resolveAttempt, type Settlement, type SettleDeps } from '../checkout/settle.ts';

export type ReconcileTimes = {
  everyMs: number;
  /** A checkout request has ended by then; if not, it finds its attempt given up and charges nothing. */
  abandonedAfterMs: number;
  /** The moment at which the time to pay is compared. Milliseconds since 1970. */
  now: () => number;
};

const defaultTimes: ReconcileTimes = { everyMs: 2_000, abandonedAfterMs: 15_000, now: Date.now };

export function startReconciling(
  deps: SettleDeps,
  metrics: PaymentMetrics,
  times: Partial<ReconcileTimes> = {},
): Loop {
  const all = { ...defaultTimes, ...times };
  return startLoop('reconcile payments', all.everyMs, deps.log, createReconciling(deps, all, metrics));
}

/** Runs one round. */
export function reconcilePayments(
  deps: SettleDeps,
  times: ReconcileTimes,
  metrics?: PaymentMetrics,
): Promise<void> {
  return createReconciling(deps, times, metrics)();
}

/** A hold in `paying`, and its attempt if there is one. */
type Paying = { place: Place; hold: HoldRecord; attempt: PaymentAttempt | undefined };

export function createReconciling(deps: SettleDeps, times: ReconcileTimes, metrics?: PaymentMetrics): Round {
  const { db, inventory, log } = deps;
  const { everyMs, abandonedAfterMs, now } = times;
  const common = { log, firstPauseMs: everyMs };
  const countResult = (settlement: Settlement | undefined): Worked => {
    if (settlement) metrics?.reconciled(settlement.kind);
    return settlement?.kind === 'undecided' ? 'later' : 'done';
  };
  const onFailed = () => metrics?.reconciled('failed');

  const pending = (name: string, giveUp: boolean, which: () => Partial<AttemptFilter>): Round =>
    createWorkOff<OpenAttempt>({
      ...common,
      name,
      page: (after, limit) => attemptsIn(db, { status: 'pending', ...which() }, after, limit),
      keyOf: ({ holdId, attempt }) => chargeKey(holdId, attempt),
      laneOf: ({ place }) => inventory.nodesOf([place]),
      work: async (attempt) => countResult(await resolveAttempt(deps, attempt, { giveUp })),
      onFailed,
    });
  const giveUp = pending('give payments up', true, () => ({ overAt: now() }));
  // A payment for which no card was sent has nothing to tell: thousands of buyers may be choosing their cards.
  const ask = pending('ask about payments', false, () => ({
    sent: { openAt: now(), sentBefore: Date.now() - abandonedAfterMs },
  }));

  let found: Paying[] = [];
  const look = createWorkOff<UnendedDrop>({
    ...common,
    name: 'look for holds in payment',
    atOnce: 64,
    // A Redis node that fails over is back within seconds.
    longestPauseMs: 10_000,
    page: (after, limit) => unendedDrops(db, after, limit),
    keyOf: ({ id }) => id,
    laneOf: ({ id, partitions }) => inventory.nodesOf(places(id, partitions)),
    async work({ id, partitions }) {
      for (const place of places(id, partitions)) {
        const pulse = await inventory.pulse(place);
        if (pulse && pulse.payingMs >= abandonedAfterMs)
          found.push(...(await payingIn(deps, place, abandonedAfterMs)));
      }
      return 'done';
    },
  });
  const resolve = createWorkOff<Paying>({
    ...common,
    name: 'settle holds in payment',
    page: inMemory(() => found),
    keyOf: ({ hold }) => chargeKey(hold.holdId, hold.attempt),
    laneOf: ({ place }) => inventory.nodesOf([place]),
    work: async (paying) => countResult(await resolvePaying(deps, paying)),
    onFailed,
  });

  const settlePaying: Round = async (stopping) => {
    found = [];
    await look(stopping);
    await resolve(stopping);
  };
  const count = async () => metrics?.look(db);
  return together(count, giveUp, ask, settlePaying);
}

/** Holds of a partition that have been in payment for `minMs` or longer, except those whose attempts are pending. */
async function payingIn({ db, inventory }: SettleDeps, place: Place, minMs: number): Promise<Paying[]> {
  const found: Paying[] = [];
  for (let seen = 0; ;) {
    const holds = await inventory.paying(place, minMs, seen);
    if (holds.length === 0) return found;
    const attempts = await findAttempts(db, holds);
    for (const [at, hold] of holds.entries())
      if (attempts[at]?.status !== 'pending') found.push({ place, hold, attempt: attempts[at] });
    seen += holds.length;
  }
}

/** Settles a hold in `paying` whose payment is decided or was never begun. */
async function resolvePaying(
  deps: SettleDeps,
  { place, hold, attempt: found }: Paying,
): Promise<Settlement | undefined> {
  if (found) return resolveAttempt(deps, found);
  const { holdId, buyerId, seats } = hold;
  const facts = { provider: deps.payments.name, amount: 0, currency: 'XXX', status: 'declined' as const };
  const attempt = { holdId, attempt: hold.attempt, place, buyerId, seats, payBy: Date.now(), ...facts };
  if (!(await insertAbandoned(deps.db, attempt))) return undefined;
  const abandoned = await findAttempt(deps.db, hold);
  return abandoned && resolveAttempt(deps, abandoned);
}
