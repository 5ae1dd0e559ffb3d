import { collectDefaultMetrics, Registry } from 'prom-client';

/** A tier's own Prometheus registry (not the library's global one, so that a test can make two tiers). */
export function createMetrics(tier: string): Registry {
  const registry = new Registry();
  registry.setDefaultLabels({ tier });
  return registry;
}

/** Adds process figures (CPU, memory, event-loop lag). Only `main.ts` calls it: they belong to the process. */
export function addProcessMetrics(registry: Registry): void {
  collectDefaultMetrics({ register: registry, prefix: 'seatdrop_' });
}
