import { dropStats } from '../../shared/contract/drops.ts';
import { ofOne } from '../../shared/contract/ids.ts';
import { loadDrop } from '../../shared/drops/drop.ts';
import { Problem } from '../../shared/problems.ts';
import type { Deps } from '../deps.ts';
import { requireOwner } from '../events/owner.ts';
import { defineRoute, type Route } from '../http/route.ts';
import { DecisionRates } from './decision-rates.ts';

export function showDropStats({
  db,
  inventory,
  queueDepths,
}: Pick<Deps, 'db' | 'inventory' | 'queueDepths'>): Route {
  const rates = new DecisionRates();
  return defineRoute({
    method: 'GET',
    path: '/api/drops/:id/stats',
    summary: 'Tell how a drop is going',
    tag: 'Drops',
    who: ['organizer', 'admin'],
    params: ofOne,
    success: { status: 200, schema: dropStats, description: 'Seats by state, and the work under way' },
    problems: [],
    async handle({ params: { id }, session }) {
      const drop = await loadDrop(db, id);
      if (!drop) throw new Problem('not_found');
      requireOwner(session, drop.organizerId);
      const [counts, depths] = await Promise.all([inventory.counts(drop), queueDepths?.()]);
      // Not stocked yet: it has no seats on sale.
      const { decided, ...seats } = counts ?? { ...nothing, decided: 0 };
      return {
        ...seats,
        entriesPerSecond: rates.note(id, decided),
        queueDepths: depths ?? null,
      };
    },
  });
}

const nothing = { capacity: 0, free: 0, held: 0, paying: 0, sold: 0, standby: 0 };
