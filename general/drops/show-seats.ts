import { seatRows } from '../../shared/contract/drops.ts';
import { idParams } from '../../shared/contract/ids.ts';
import { lookAtDrop } from '../../shared/drops/drop-look.ts';
import { loadDrop, type Drop } from '../../shared/drops/drop.ts';
import { readSeatRows } from '../../shared/drops/seat-rows.ts';
import type { DropState } from '../../shared/messages/realtime-events.ts';
import { createCache } from '../../shared/tier/cache.ts';
import { Problem } from '../../shared/tier/problems.ts';
import type { Deps } from '../deps.ts';
import { sayPublic } from '../http/public-answer.ts';
import { defineRoute, type Route } from '../http/route.ts';

/** How long a seat map is reused. */
const ttlMs = 250;
const maxEntries = 200;

type Seats = { drop: DropState; rows: string[] };

export function showSeats(deps: Pick<Deps, 'db' | 'inventory'>): Route {
  const seatsOf = createSeats(deps);
  return defineRoute({
    method: 'GET',
    path: '/api/drops/:id/seats',
    summary: 'Show which seats are free, held and sold, and the state of the drop',
    description:
      'Up to two seconds old; `drop.serverTime` is the time of the data. The socket sends the same map and then its changes.',
    tag: 'Drops',
    who: 'anyone',
    params: idParams,
    success: { status: 200, schema: seatRows, description: 'Seats row by row, and the counts by state' },
    problems: [],
    handle({ params: { id }, res }) {
      sayPublic(res);
      return seatsOf(id);
    },
  });
}

/** Redis and MySQL are read once for all requests for a drop at the same time. */
function createSeats({ db, inventory }: Pick<Deps, 'db' | 'inventory'>) {
  const cached = createCache<number, { drop: Drop; seats: Seats }>({ maxEntries, ttlMs });

  const readSeats = async (drop: Drop): Promise<Seats> => {
    const [{ state }, rows] = await Promise.all([
      lookAtDrop(drop, inventory),
      readSeatRows(drop, { db, inventory }),
    ]);
    return { drop: state, rows };
  };

  return async (id: number): Promise<Seats> => {
    const { seats } = await cached(id, async (last) => {
      // Reread, so that a pause or a changed closing time shows; if MySQL is unreachable, the last terms are used.
      const drop = await loadDrop(db, id).catch((error: unknown) => {
        if (last) return last.drop;
        throw error;
      });
      if (!drop) throw new Problem('not_found');
      return { drop, seats: await readSeats(drop) };
    });
    return seats;
  };
}
