import { entryState } from '../../shared/contract/entries.ts';
import { idParams } from '../../shared/contract/ids.ts';
import { readEntryState, type FindPayBy } from '../../shared/messages/entry-state.ts';
import type { Database } from '../../shared/mysql/connect.ts';
import type { Deps } from '../deps.ts';
import { findOpenAttempt } from '../checkout/payment-attempt.ts';
import { defineRoute, type Route } from '../http/route.ts';
import { createPartitionsOf } from './partitions-of.ts';

/** The state of a buyer's own entry, whether or not messages over the socket arrived. */
export function showEntry({
  db,
  inventory,
  checkoutKeys,
}: Pick<Deps, 'db' | 'inventory' | 'checkoutKeys'>): Route {
  const partitionsOf = createPartitionsOf(db);
  return defineRoute({
    method: 'GET',
    path: '/api/drops/:id/entry',
    summary: 'Show what became of your entry',
    tag: 'Entries',
    who: 'signed-in',
    params: idParams,
    success: { status: 200, schema: entryState, description: 'The state of your entry' },
    problems: [],
    async handle({ params: { id }, session: { userId } }) {
      return readEntryState(
        { db, inventory },
        await partitionsOf(id),
        userId,
        checkoutKeys,
        createFindPayBy(db),
      );
    },
  });
}

export function createFindPayBy(db: Database): FindPayBy {
  return async (holdId) => {
    const attempt = await findOpenAttempt(db, holdId);
    return attempt && attempt.payBy > Date.now() ? new Date(attempt.payBy) : undefined;
  };
}
