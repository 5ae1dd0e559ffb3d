import { entryState } from '../../shared/contract/entries.ts';
import { idParams } from '../../shared/contract/ids.ts';
import { readEntryState, releasedState } from '../../shared/messages/entry-state.ts';
import { partitionOfBuyer } from '../../shared/inventory/layout.ts';
import { Problem } from '../../shared/tier/problems.ts';
import { defineRoute, type Route } from '../http/route.ts';
import type { Deps } from '../deps.ts';
import { createPartitionsOf } from './partitions-of.ts';

export function leaveEntry({
  db,
  inventory,
  announcer,
  checkoutKeys,
  log,
}: Pick<Deps, 'db' | 'inventory' | 'announcer' | 'checkoutKeys' | 'log'>): Route {
  const partitionsOf = createPartitionsOf(db);
  return defineRoute({
    method: 'DELETE',
    path: '/api/drops/:id/entry',
    summary: 'Give up your hold, or leave standby',
    tag: 'Entries',
    who: 'signed-in',
    params: idParams,
    success: { status: 200, schema: entryState, description: 'The state of your entry now' },
    problems: ['no_entry', 'payment_under_way', 'already_paid'],
    async handle({ params: { id }, session: { userId } }) {
      const { partitions } = await partitionsOf(id);
      const place = { dropId: id, partition: partitionOfBuyer(userId, partitions) };
      const left = await inventory.leave(place, userId);
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
        case 'none': {
          // Once a drop has ended, Redis no longer knows who bought.
          const { status } = await readEntryState(
            { db, inventory },
            { id, partitions },
            userId,
            checkoutKeys,
          );
          throw new Problem(status === 'sold' ? 'already_paid' : 'no_entry');
        }
      }
    },
  });
}
