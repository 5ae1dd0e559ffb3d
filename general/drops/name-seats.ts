/**
 * Writes the event's names of sold seats that a process of the previous version inserted without: see
 * shared/drops/name-sold-seats.ts.
 */
import { nameSoldSeats } from '../../shared/drops/name-sold-seats.ts';
import { startLoop, type Loop } from '../../shared/tier/loop.ts';
import type { Deps } from '../deps.ts';

const intervalMs = 60_000;

export function startNamingSeats(deps: Pick<Deps, 'db' | 'log'>): Loop {
  return startLoop('name sold seats', intervalMs, deps.log, async () => {
    const { named, conflicts } = await nameSoldSeats(deps.db);
    if (named > 0) deps.log.info({ named }, 'sold seats got their names in the event');
    if (conflicts.length > 0)
      deps.log.error(
        { conflicts },
        'two drops of one event have sold the same seats: one of the orders has to be refunded',
      );
  });
}
