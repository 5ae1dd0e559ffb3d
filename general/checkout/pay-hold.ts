/**
 * Pays a hold. The hold goes to `paying` first, so that it cannot end meanwhile. The attempt is written before the
 * provider is asked, so that a crash leaves something to ask about. If the provider does not answer, the result is
 * found out by asking, never guessed. Repeating the call with the same token charges nothing twice.
 */
import { newBatchId } from '../../shared/inventory/entry-id.ts';
import type { Hold } from '../../shared/inventory/hold.ts';
import type { Place } from '../../shared/inventory/keys.ts';
import { isDuplicateKey } from '../../shared/mysql/connect.ts';
import { chargedInVain, chargeOf, rememberRef, type BegunAttempt } from './payment-attempt.ts';
import { giveUpUnwritten, resolveAttempt, settle, type Settlement, type SettleDeps } from './settle.ts';

export type PayResult =
  Settlement | { kind: 'already_paid' | 'expired' | 'under_way' | 'unknown_token' | 'unavailable' };

export async function payHold(
  deps: SettleDeps,
  place: Place,
  hold: Hold,
  cardToken: string,
): Promise<PayResult> {
  const drop = await deps.findTerms(place.dropId);
  if (!drop) return { kind: 'expired' };
  const begunBy = newBatchId();
  const begun = await deps.inventory.beginPayment(place, hold, begunBy);
  switch (begun.kind) {
    case 'sold':
      return { kind: 'already_paid' };
    case 'not_stocked':
      return { kind: 'unavailable' };
    case 'expired': {
      // Redis may have lost an order that MySQL has.
      const order: unknown = await deps.db('orders').where({ id: hold.holdId }).first('id');
      if (order) return { kind: 'already_paid' };
      return { kind: (await chargedInVain(deps.db, hold.holdId)) ? 'seats_lost' : 'expired' };
    }
    case 'under_way': {
      const earlier = await deps.till.findAttempt({ holdId: hold.holdId, attempt: begun.attempt });
      return earlier ? resolveAttempt(deps, earlier) : { kind: 'under_way' };
    }
    case 'paying':
      break;
  }

  const attempt: BegunAttempt = {
    holdId: hold.holdId,
    attempt: begun.attempt,
    place,
    buyerId: hold.buyerId,
    seats: begun.seats,
    provider: deps.payments.name,
    amount: drop.price.amount * begun.seats.length,
    currency: drop.price.currency,
    status: 'pending',
    begunBy,
  };
  try {
    await deps.till.beginAttempt(attempt);
  } catch (error) {
    // The reconciler gave this attempt up before it was written; nothing may be charged under it any more.
    if (isDuplicateKey(error)) return { kind: 'under_way' };
    // Nothing is charged under this attempt from here on, so its hold need not wait for the reconciler.
    await giveUpUnwritten(deps, attempt, error).catch((fault: unknown) =>
      deps.log.warn(
        { err: fault, holdId: hold.holdId },
        'the hold could not be given back now; the reconciler will do it',
      ),
    );
    throw error;
  }

  const charged = await deps.payments.charge({
    ...chargeOf(attempt),
    token: cardToken,
    remember: (ref) => rememberRef(deps.db, attempt, ref),
  });
  switch (charged.kind) {
    case 'approved':
    case 'declined':
      return settle(deps, attempt, charged);
    case 'unknown_token':
      await settle(deps, attempt, { kind: 'declined', reason: 'unknown_token' });
      return { kind: 'unknown_token' };
    case 'undecided':
      return resolveAttempt(deps, (await deps.till.findAttempt(attempt)) ?? attempt);
  }
}
