import type { PaymentAttempt } from '../checkout/payment-attempt.ts';
import type { Database } from '../../shared/mysql/connect.ts';
import { notify } from './notify.ts';

/**
 * News for the buyer of an attempt that got no seats, in the transaction that settles it. Of a decline only those are
 * told whose hold has ended when the news is sent: others still see it on the page, and can pay another way.
 */
export async function noteTrouble(
  trx: Database,
  topic: 'payment-declined' | 'charge-refunded',
  { holdId, attempt, place, buyerId: userId, seats, amount, currency }: PaymentAttempt,
): Promise<void> {
  const { dropId, partition } = place;
  const payload = {
    userId,
    dropId,
    key: `${holdId}.${attempt}`,
    hold: { partition, holdId, seats },
    amount: { amount, currency },
  };
  await notify(trx, [
    { topic, payload, secondsUntilDue: topic === 'payment-declined' ? declinedDelaySeconds : 0 },
  ]);
}

/** Until then Redis has the result, and a hold that is over has ended. */
const declinedDelaySeconds = 60;
