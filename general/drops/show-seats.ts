import { seatRows } from '../../shared/contract/drops.ts';
import { ofOne } from '../../shared/contract/ids.ts';
import { loadDrop, type Drop } from '../../shared/drops/drop.ts';
import { readSeatRows } from '../../shared/drops/seat-rows.ts';
import { Problem } from '../../shared/problems.ts';
import type { Deps } from '../deps.ts';
import { defineRoute, type Route } from '../http/route.ts';

/** Milliseconds for which a map is told as it was read. */
const freshMs = 250;
/** Drops whose maps are remembered; beyond it the one read first is forgotten. */
const mostDrops = 200;

type SeatDrop = Pick<Drop, 'id' | 'partitions' | 'sections'>;
type Known = { drop: SeatDrop; rows: Promise<string[]>; until: number };

export function showSeats(deps: Pick<Deps, 'db' | 'inventory'>): Route {
  const seatRowsOf = createSeatRows(deps);
  return defineRoute({
    method: 'GET',
    path: '/api/drops/:id/seats',
    summary: 'Show which seats are free, held and sold',
    description: 'Up to a quarter of a second old. The socket tells the same, and then what changes.',
    tag: 'Drops',
    who: 'anyone',
    params: ofOne,
    success: { status: 200, schema: seatRows, description: 'The seats, row by row' },
    problems: [],
    handle: async ({ params: { id } }) => ({ rows: await seatRowsOf(id) }),
  });
}

/** However many ask for a drop at the same time, Redis is asked once, and MySQL once per drop: rows never change. */
function createSeatRows({ db, inventory }: Pick<Deps, 'db' | 'inventory'>) {
  const known = new Map<number, Known>();

  const read = (drop: SeatDrop): Known => {
    const entry = { drop, rows: readSeatRows(drop, inventory), until: Infinity };
    known.delete(drop.id);
    known.set(drop.id, entry);
    entry.rows.then(
      () => (entry.until = performance.now() + freshMs),
      () => (entry.until = 0),
    );
    const [oldest] = known.keys();
    if (known.size > mostDrops && oldest !== undefined) known.delete(oldest);
    return entry;
  };

  return async (id: number): Promise<string[]> => {
    const entry = known.get(id);
    if (entry && performance.now() < entry.until) return entry.rows;
    const drop = entry?.drop ?? (await loadDrop(db, id));
    if (!drop) throw new Problem('not_found');
    // Somebody else may have asked for it meanwhile.
    const latest = known.get(id);
    const current = latest && performance.now() < latest.until ? latest : read(drop);
    return current.rows;
  };
}
