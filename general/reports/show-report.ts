import { dropReport } from '../../shared/contract/reports.ts';
import { idParams } from '../../shared/contract/ids.ts';
import { loadDrop } from '../../shared/drops/drop.ts';
import { phaseOf } from '../../shared/drops/phase.ts';
import { Problem } from '../../shared/tier/problems.ts';
import type { Deps } from '../deps.ts';
import { readTakings } from '../drops/takings.ts';
import { requireOwner } from '../events/owner.ts';
import { defineRoute, type Route } from '../http/route.ts';
import { Tallies } from './tallies.ts';

/** Seat figures come from the ledger, money from MySQL. */
export function showReport({ db, reader, inventory }: Pick<Deps, 'db' | 'reader' | 'inventory'>): Route {
  const tallies = new Tallies({ db, reader, inventory });
  return defineRoute({
    method: 'GET',
    path: '/api/drops/:id/report',
    summary: 'Show the report of a drop',
    description: 'Available at any time; while the drop is open it covers the time up to now.',
    tag: 'Drops',
    who: ['organizer', 'admin'],
    params: idParams,
    success: { status: 200, schema: dropReport, description: 'The report' },
    problems: [],
    async handle({ params: { id }, session }) {
      const drop = await loadDrop(db, id);
      if (!drop) throw new Problem('not_found');
      requireOwner(session, drop.organizerId);
      const [tally, takings] = await Promise.all([
        tallies.tallyOf(drop),
        reader.read(session, (replica) => readTakings(replica, drop)),
      ]);
      const { seatsSold, seatsWithheld, ...totals } = tally.totals;
      const served = totals.held + totals.promoted;
      const share = (part: number) => (served === 0 ? null : part / served);
      const { soldOutAt, allPaidAt } = tally;
      const now = Date.now();
      return {
        dropId: id,
        phase: phaseOf(drop, now),
        generatedAt: new Date(now).toISOString(),
        capacity: drop.capacity,
        seatsSold,
        seatsWithheld,
        conversion: { ...totals, rate: share(totals.paid) },
        lapseRate: share(totals.lapsed),
        soldOutAt: timeOf(soldOutAt),
        timeToSellOutSeconds: soldOutAt === undefined ? null : Math.max(0, (soldOutAt - drop.opensAt) / 1000),
        allPaidAt: timeOf(allPaidAt),
        ...takings,
        series: [...tally.minutes]
          .toSorted(([a], [b]) => a - b)
          .map(([minute, counted]) => ({ minute: new Date(minute).toISOString(), ...counted })),
      };
    },
  });
}

function timeOf(ms: number | undefined): string | null {
  return ms === undefined ? null : new Date(ms).toISOString();
}
