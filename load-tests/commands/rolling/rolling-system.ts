/** A separate system whose tiers run as on a server: several processes each, under pm2, behind nginx. */
import { rmSync } from 'node:fs';
import { placeAt } from '../../../local/process/place.ts';
import { Releases } from '../../../local/process/releases.ts';
import { waitUntil } from '../../../local/process/wait.ts';
import { root, startSystem } from '../../../local/system.ts';
import { tierNames } from '../../../local/tiers.ts';
import type { SystemPlace } from '../drill/keep-system.ts';
import { isReady } from '../drill/drill-system.ts';
import { startPm2, type Pm2 } from './pm2.ts';

export type RollingSystem = {
  url: string;
  /** Environment of every tier. */
  env: Readonly<Record<string, string>>;
  paymentsUrl: string;
  logDir: string;
  reload: Pm2['reload'];
  /** Resolves when nothing of the system is left; further calls return the same promise. */
  stop: () => Promise<void>;
};

/**
 * Resolves when everything is ready.
 * @throws Error if something does not start or `cancel` is aborted; nothing is left running then
 */
export async function startRollingSystem(
  options: SystemPlace & {
    /** Processes of each tier. */
    processes: number;
  },
): Promise<RollingSystem> {
  const { dir, cancel, hurry, processes } = options;
  const place = placeAt(dir, cancel, hurry);
  const releases = new Releases();
  releases.add(() => rmSync(place.dir, { recursive: true, force: true }));
  return releases.guard(async () => {
    rmSync(dir, { recursive: true, force: true });
    const system = await startSystem({ place, durable: false }); // no server is killed here
    releases.add(() => system.stop());
    const { url, ports, envOfGeneral: env } = system;
    await system.startPayments({ data: ':memory:' });
    await system.loadDemoData();
    const perTier = tierNames.flatMap((name) => [
      [`${name.toUpperCase()}_PORT`, String(ports[name])],
      [`${name.toUpperCase()}_INSTANCES`, String(processes)],
    ]);
    const settings = { ...env, ...(Object.fromEntries(perTier) as Record<string, string>) };
    const pm2 = await startPm2({ place: system.place, root, settings });
    releases.add(() => pm2.stop());
    for (const name of tierNames) {
      await waitUntil(`${name} to be ready`, 60_000, () => isReady(ports[name]), place.cancel);
    }
    await system.startFrontDoor();
    const paymentsUrl = `http://127.0.0.1:${ports['sandbox-payments']}`;
    return { url, env, paymentsUrl, logDir: place.logDir, reload: pm2.reload, stop: () => releases.run() };
  });
}
