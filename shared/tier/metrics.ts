import { collectDefaultMetrics, Registry } from 'prom-client';

/** A Prometheus registry of the tier's own; with the library's global one, a test could not create two tiers. */
export function createMetrics(tier: string): Registry {
  const registry = new Registry();
  registry.setDefaultLabels({ tier });
  return registry;
}

/** Adds metrics of the process: CPU, memory, event-loop lag. Call it once per process. */
export function addProcessMetrics(registry: Registry): void {
  collectDefaultMetrics({ register: registry, prefix: 'seatdrop_' });
}
