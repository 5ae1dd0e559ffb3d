/** Of several sales the one to show first: what can be bought, else what is to come, else what may go on, else the past. */
import { serverClock } from '../clock/server-clock.ts';
import type { SaleState } from '../drop/sale-state.ts';
import { saleStateAt, type ToldDrop } from '../drop/use-sale-state.ts';

const order: Record<SaleState, number> = {
  open: 0,
  few_left: 0,
  scheduled: 1,
  standby: 2,
  paused: 3,
  sold_out: 4,
  closed: 5,
  cancelled: 6,
};

const worthShowing = new Set<SaleState>(['open', 'few_left', 'scheduled', 'standby']);

/** What opens so soon is what people come for, whatever else is on sale. Milliseconds. */
const soon = 60 * 60_000;

export function nextSale<D extends ToldDrop>(drops: readonly D[]): D | undefined {
  return ranked(drops, (drop) => drop)[0]?.item;
}

/** The one sale to put above all others on the home page, if there is one. */
export function saleAboveAll<Item>(
  items: readonly Item[],
  dropOf: (item: Item) => ToldDrop,
): Item | undefined {
  const [first] = ranked(items, dropOf, soon);
  return first && worthShowing.has(first.state) ? first.item : undefined;
}

function ranked<Item>(items: readonly Item[], dropOf: (item: Item) => ToldDrop, soonMs = 0) {
  const now = serverClock.now();
  return items
    .map((item) => {
      const drop = dropOf(item);
      const { state } = saleStateAt(drop, now);
      const [opensAt, closesAt] = [Date.parse(drop.opensAt), Date.parse(drop.closesAt)];
      const isSoon = state === 'scheduled' && opensAt - now <= soonMs;
      // What is to come begins with the next; of what is over the latest tells most.
      const at = state === 'closed' || state === 'cancelled' ? -closesAt : opensAt;
      return { item, state, rank: isSoon ? -1 : order[state], at };
    })
    .toSorted((a, b) => a.rank - b.rank || a.at - b.at);
}
