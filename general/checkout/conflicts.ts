import { Counter, type Registry } from 'prom-client';

/** Counts paid orders of which Redis had given a seat to somebody else: their checkout then fails in MySQL. */
export function countConflicts(registry: Registry): () => void {
  const counter = new Counter({
    name: 'seatdrop_sale_conflicts_total',
    help: 'Paid orders of which Redis had given a seat to somebody else',
    registers: [registry],
  });
  return () => counter.inc();
}
