import { entryState } from '../../shared/contract/entries.ts';
import { idParams } from '../../shared/contract/ids.ts';
import { readEntryState, releasedState } from '../../shared/messages/entry-state.ts';
import { partitionOfBuyer } from '../../shared/inventory/layout.ts';
import type { Place } from '../../shared/inventory/keys.ts';
import { Problem } from '../../shared/tier/problems.ts';
import { findOpenAttempt } from '../checkout/payment-attempt.ts';
import { resolveAttempt, type SettleDeps } from '../checkout/settle.ts';
import { defineRoute, type Route } from '../http/route.ts';
import type { Deps } from '../deps.ts';
import { createPartitionsOf } from './partitions-of.ts';

export function leaveEntry(deps: SettleDeps & Pick<Deps, 'checkoutKeys'>): Route {
  const { db, inventory, announcer, checkoutKeys, log } = deps;
  const partitionsOf = createPartitionsOf(db);
  return defineRoute({
    method: 'DELETE',
    path: '/api/drops/:id/entry',
    summary: 'Give up your hold, or leave standby',
    description:
      'A payment that is under way is cancelled first, unless the payment provider is deciding it.',
    tag: 'Entries',
    who: 'signed-in',
    params: idParams,
    success: { status: 200, schema: entryState, description: 'The state of your entry now' },
    problems: ['no_entry', 'payment_under_way', 'already_paid'],
    records: { nothing: 'buyers act for themselves; the ledger has it' },
    async handle({ params: { id }, session: { userId } }) {
      const drop = await partitionsOf(id);
      const place = { dropId: id, partition: partitionOfBuyer(userId, drop.partitions) };
      const now = () => readEntryState({ db, inventory }, drop, userId, checkoutKeys);

      let left = await inventory.leave(place, userId);
      if (left.kind === 'paying') {
        // The seats went to others as the payment ended, since the time of the hold was over.
        if ((await cancelPayment(deps, place, userId)) === 'released') return now();
        left = await inventory.leave(place, userId);
      }
      switch (left.kind) {
        case 'released':
          // The seats have been passed on already; if the buyers who got them cannot be notified here, the sweeper
          // does it.
          await announcer
            .promoted(place, left.promoted, { ...left, buyerId: userId, reason: 'given_back' })
            .catch((error: unknown) => log.warn({ err: error }, 'promoted buyers will be notified later'));
          return { ...releasedState(left), reason: 'given_back' as const };
        case 'left':
          return { status: 'none' as const, version: left.version };
        case 'paying':
          throw new Problem('payment_under_way', { retryAfter: 2 });
        case 'sold':
          throw new Problem('already_paid');
        case 'none':
          // Once a drop has ended, Redis no longer knows who bought.
          throw new Problem((await now()).status === 'sold' ? 'already_paid' : 'no_entry');
      }
    },
  });
}

/**
 * Cancels the payment of a buyer's hold at the provider. The hold is then `held`, or was `released` if its time was
 * over.
 * @throws {Problem} already_paid, or payment_under_way if the provider has not decided
 */
async function cancelPayment(deps: SettleDeps, place: Place, buyerId: number): Promise<'held' | 'released'> {
  const view = await deps.inventory.view(place, buyerId);
  // It has ended since.
  if (view.kind !== 'paying') return 'held';
  const attempt = await findOpenAttempt(deps.db, view.holdId);
  const settled = attempt && (await resolveAttempt(deps, attempt, { giveUp: true }));
  switch (settled?.kind) {
    case 'declined':
      return settled.expiresAt === undefined ? 'released' : 'held';
    case 'paid':
      throw new Problem('already_paid');
    case 'seats_lost':
    case 'undecided':
    case undefined:
      throw new Problem('payment_under_way', { retryAfter: 2 });
  }
}
