import { seatRows } from '../../shared/contract/drops.ts';
import { ofOne } from '../../shared/contract/ids.ts';
import { lookAtDrop } from '../../shared/drops/drop-look.ts';
import { loadDrop, type Drop } from '../../shared/drops/drop.ts';
import { readSeatRows } from '../../shared/drops/seat-rows.ts';
import type { DropState } from '../../shared/messages/realtime-events.ts';
import { Problem } from '../../shared/tier/problems.ts';
import type { Deps } from '../deps.ts';
import { sayPublic } from '../http/public-answer.ts';
import { defineRoute, type Route } from '../http/route.ts';

/** Milliseconds for which a map is told as it was read. */
const freshMs = 250;
/** Drops whose maps are remembered; beyond it the one read first is forgotten. */
const mostDrops = 200;

type Seats = { drop: DropState; rows: string[] };
/** `drop`: its terms as they were read last. */
type Known = { drop: Drop; seats: Promise<Seats>; until: number };

export function showSeats(deps: Pick<Deps, 'db' | 'inventory'>): Route {
  const seatsOf = createSeats(deps);
  return defineRoute({
    method: 'GET',
    path: '/api/drops/:id/seats',
    summary: 'Show which seats are free, held and sold, and how the sale stands',
    description:
      'Up to two seconds old; `drop.serverTime` says of when. The socket tells the same, and then what changes.',
    tag: 'Drops',
    who: 'anyone',
    params: ofOne,
    success: { status: 200, schema: seatRows, description: 'The seats, row by row, and their sums' },
    problems: [],
    handle({ params: { id }, res }) {
      sayPublic(res);
      return seatsOf(id);
    },
  });
}

/** However many ask for a drop at the same time, Redis and MySQL are asked once. */
function createSeats({ db, inventory }: Pick<Deps, 'db' | 'inventory'>) {
  const known = new Map<number, Known>();

  const look = async (drop: Drop): Promise<Seats> => {
    const [{ state }, rows] = await Promise.all([
      lookAtDrop(drop, inventory),
      readSeatRows(drop, { db, inventory }),
    ]);
    return { drop: state, rows };
  };

  const read = (drop: Drop): Known => {
    const entry = { drop, seats: look(drop), until: Infinity };
    known.delete(drop.id);
    known.set(drop.id, entry);
    entry.seats.then(
      () => (entry.until = performance.now() + freshMs),
      () => (entry.until = 0),
    );
    const [oldest] = known.keys();
    if (known.size > mostDrops && oldest !== undefined) known.delete(oldest);
    return entry;
  };

  return async (id: number): Promise<Seats> => {
    const entry = known.get(id);
    if (entry && performance.now() < entry.until) return entry.seats;
    // A pause or a moved closing is told as well; while MySQL is away, what was known.
    const drop = await loadDrop(db, id).catch((error: unknown) => {
      if (entry) return entry.drop;
      throw error;
    });
    if (!drop) throw new Problem('not_found');
    // Somebody else may have asked for it meanwhile.
    const latest = known.get(id);
    const current = latest && performance.now() < latest.until ? latest : read(drop);
    return current.seats;
  };
}
