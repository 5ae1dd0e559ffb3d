/** Of the sales of an event, the one to show: open now, else the next to open, else the last there was. */
import type { DropSummary } from '../api/types.ts';
import { serverClock } from '../clock/server-clock.ts';

type Times = Pick<DropSummary, 'state' | 'opensAt' | 'closesAt'>;

export function nextSale<D extends Times>(drops: readonly D[]): D | undefined {
  const now = serverClock.now();
  const alive = drops.filter(({ state, closesAt }) => state !== 'cancelled' && Date.parse(closesAt) > now);
  const open = alive.find(({ opensAt }) => Date.parse(opensAt) <= now);
  const coming = alive.toSorted((a, b) => Date.parse(a.opensAt) - Date.parse(b.opensAt))[0];
  return open ?? coming ?? drops.at(-1);
}
