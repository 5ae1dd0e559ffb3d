import { dropStats } from '../../shared/contract/drops.ts';
import { idParams } from '../../shared/contract/ids.ts';
import { loadDrop } from '../../shared/drops/drop.ts';
import { phaseOf } from '../../shared/drops/phase.ts';
import { Problem } from '../../shared/tier/problems.ts';
import type { Deps } from '../deps.ts';
import { requireOwner } from '../events/owner.ts';
import { defineRoute, type Route } from '../http/route.ts';
import { Rates } from './rates.ts';
import { readTakings } from './takings.ts';

export function showDropStats({
  db,
  inventory,
  watchers,
  queueDepths,
}: Pick<Deps, 'db' | 'inventory' | 'watchers' | 'queueDepths'>): Route {
  const accepted = new Rates();
  const decisions = new Rates();
  return defineRoute({
    method: 'GET',
    path: '/api/drops/:id/stats',
    summary: 'Show live figures of a drop',
    tag: 'Drops',
    who: ['organizer', 'admin'],
    params: idParams,
    success: {
      status: 200,
      schema: dropStats,
      description: 'Seats by state, rates, orders, revenue and queue depths',
    },
    problems: [],
    async handle({ params: { id }, session }) {
      const drop = await loadDrop(db, id);
      if (!drop) throw new Problem('not_found');
      requireOwner(session, drop.organizerId);
      const [counts, acceptedEntries, watching, depths, takings] = await Promise.all([
        inventory.counts(drop),
        inventory.accepted(id),
        watchers.count(id),
        queueDepths?.(),
        readTakings(db, drop),
      ]);
      // Not stocked yet: no seats are on sale.
      const { decided, ...seats } = counts ?? { ...noSeats, decided: 0 };
      return {
        ...seats,
        watching,
        entriesPerSecond: accepted.note(id, acceptedEntries),
        decisionsPerSecond: decisions.note(id, decided),
        orders: takings.orders,
        revenue: takings.revenue,
        phase: phaseOf(drop, Date.now()),
        paused: drop.paused,
        queueDepths: depths ?? null,
      };
    },
  });
}

const noSeats = { capacity: 0, free: 0, held: 0, paying: 0, sold: 0, standby: 0 };
