/**
 * What every checkout writes and reads, a group of buyers at a time (shared/tier/grouped.ts): in a rush hundreds pay in the
 * same second, and one transaction puts all orders of a group on disk (docs/decisions/018).
 */
import { grouped } from '../../shared/tier/grouped.ts';
import { isDuplicateKey, retried, type Database } from '../../shared/mysql/connect.ts';
import { createFindTerms } from '../drops/drop-terms.ts';
import {
  findAttempts,
  insertAttempts,
  type AttemptId,
  type BegunAttempt,
  type PaymentAttempt,
} from './payment-attempt.ts';
import {
  giveBack,
  isTaken,
  namedSeats,
  placeOrders,
  pricedParts,
  type Named,
  type Paid,
  type Placed,
} from './place-order.ts';

export type Till = {
  /** @throws a duplicate-key error if the attempt exists (see isDuplicateKey) */
  beginAttempt: (attempt: BegunAttempt) => Promise<void>;
  findAttempt: (id: AttemptId) => Promise<PaymentAttempt | undefined>;
  /** Turns an approved charge into an order, which is on disk when this resolves. Safe to repeat. */
  placeOrder: (paid: Paid) => Promise<Placed>;
};

export function createTill(db: Database, findTerms = createFindTerms(db)): Till {
  const place = grouped((group: Named[]) => placeOrders(db, group), { isOnesFault: isDuplicateKey });
  return {
    beginAttempt: grouped(
      async (group: BegunAttempt[]) => {
        await retried(db, () =>
          insertAttempts(
            db,
            group.map(({ begunBy, ...attempt }) => ({ ...attempt, reason: begunBy })),
          ),
        );
        return group.map(() => undefined);
      },
      { isOnesFault: isDuplicateKey },
    ),
    findAttempt: grouped((group: AttemptId[]) => findAttempts(db, group), { isOnesFault: () => false }),
    async placeOrder(paid) {
      const seats = await namedSeats(findTerms, paid.attempt);
      const breakdown = await pricedParts(findTerms, paid.attempt);
      return place({ ...paid, seats, breakdown }).catch((error: unknown) => {
        if (!isTaken(error)) throw error;
        return giveBack(db, paid);
      });
    },
  };
}
