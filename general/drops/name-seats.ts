/** Sold seats that a process of the version before wrote get their names: see shared/drops/name-sold-seats.ts. */
import { nameSoldSeats } from '../../shared/drops/name-sold-seats.ts';
import { startLoop, type Loop } from '../../shared/tier/loop.ts';
import type { Deps } from '../deps.ts';

/** Milliseconds between two looks. */
const interval = 60_000;

export function startNamingSeats(deps: Pick<Deps, 'db' | 'log'>): Loop {
  return startLoop('name sold seats', interval, deps.log, async () => {
    const { named, conflicts } = await nameSoldSeats(deps.db);
    if (named > 0) deps.log.info({ named }, 'sold seats got their names in the event');
    if (conflicts.length > 0)
      deps.log.error(
        { conflicts },
        'seats that two drops of one event have sold: an order has to be refunded',
      );
  });
}
