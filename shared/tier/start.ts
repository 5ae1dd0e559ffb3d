import type { Registry } from 'prom-client';
import type { z } from 'zod';
import { readConfig } from './config.ts';
import { runTier, type Lifecycle } from './lifecycle.ts';
import { createLog, type Log } from './log.ts';
import { addProcessMetrics, createMetrics } from './metrics.ts';
import { Ops } from './ops.ts';

/** What every tier has before it opens anything of its own. */
export type Tier<Config> = {
  config: Config;
  log: Log;
  registry: Registry;
  /** Reports "not ready" from the first step of a stop. */
  ops: Ops;
  lifecycle: Lifecycle;
};

/**
 * Runs a tier as this process: reads its settings from the environment, then calls `start`, which opens the resources
 * of the tier and registers each release with `lifecycle`. The process exits with code 1 if the settings are not valid
 * or
 * `start` fails.
 */
export function startTier<Settings extends z.ZodType<object>>(
  name: string,
  settings: Settings,
  start: (tier: Tier<Readonly<z.infer<Settings>>>) => Promise<void>,
): Promise<void> {
  // Faults in the settings are logged too, so the log is created before they are read.
  const log = createLog(name, process.env['LOG_LEVEL'] || 'info');
  return runTier(log, async (lifecycle) => {
    const config = readConfig(settings);
    const registry = createMetrics(name);
    addProcessMetrics(registry);
    const ops = new Ops(registry);
    lifecycle.onQuiet(() => ops.quiet());
    await start({ config, log, registry, ops, lifecycle });
  });
}
