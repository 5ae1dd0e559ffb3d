/** A system of its own whose tiers run as on a server: several processes each, under pm2, behind nginx. */
import { rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { placeAt } from '../../local/process/place.ts';
import { freePorts } from '../../local/process/ports.ts';
import { generateSecrets } from '../../local/secrets.ts';
import { startNginx } from '../../local/servers/nginx.ts';
import { serverPorts, startServers } from '../../local/start-servers.ts';
import { runTask } from '../../local/process/task.ts';
import { generalEnv, localUpstreams, startSandboxPayments, tierEnv, tierNames } from '../../local/tiers.ts';
import { waitUntil } from '../../local/process/wait.ts';
import type { StackPlace } from '../drill/keep-stack.ts';
import { isReady, releaseAll } from '../drill/stack.ts';
import { startPm2, type Pm2 } from './pm2.ts';

export type Stack = {
  url: string;
  /** What every tier gets. */
  env: Record<string, string>;
  paymentsUrl: string;
  logDir: string;
  reload: Pm2['reload'];
  /** Resolves when nothing of it is left; the same for whoever asks again. */
  stop: () => Promise<void>;
};

const root = resolve(import.meta.dirname, '../..');
/** Nobody looks at pages here, so they need not have been built. */
const pages = join(root, 'web', 'dist');

/**
 * Resolves when everything is ready.
 * @throws Error when something does not start, or a stop was wished meanwhile; nothing is left running then.
 */
export async function startStack(
  options: StackPlace & {
    /** Of each tier. */
    processes: number;
  },
): Promise<Stack> {
  const { dir, cancel, hurry, processes } = options;
  const stopping = new AbortController();
  const releases: (() => unknown)[] = [];
  const place = placeAt(dir, AbortSignal.any([cancel, stopping.signal]), hurry);
  let released: Promise<void> | undefined;
  const release = (): Promise<void> => {
    stopping.abort(new Error('stopping'));
    return (released ??= releaseAll(releases).finally(() =>
      rmSync(place.dir, { recursive: true, force: true }),
    ));
  };
  try {
    rmSync(dir, { recursive: true, force: true });
    const ports = await freePorts([...serverPorts, ...tierNames, 'payments', 'front-door'] as const);
    const secrets = generateSecrets();
    const servers = await startServers({
      place,
      ports,
      secrets,
      durable: false, // no server is killed here
      step: (_name, work) => work(),
      whenDatabaseIsUp: (MYSQL_URL) =>
        runTask({
          name: 'migrations',
          place,
          root,
          script: 'shared/migrations/migrate.ts',
          env: { MYSQL_URL },
        }),
    });
    releases.push(() => servers.stop());

    const url = `http://127.0.0.1:${ports['front-door']}`;
    const paymentsUrl = `http://127.0.0.1:${ports.payments}`;
    const payments = await startSandboxPayments({
      place,
      root,
      port: ports.payments,
      secrets,
      generalUrl: `http://127.0.0.1:${ports.general}`,
      data: ':memory:',
    });
    releases.push(() => payments.stop());

    const env = {
      ...tierEnv(servers, secrets),
      ...generalEnv({ publicUrl: url, sandboxPaymentsUrl: paymentsUrl, secrets, ports, pages }),
    };
    await runTask({ name: 'demo-data', place, root, script: 'local/demo/demo-data.ts', env });
    const perTier = tierNames.flatMap((name) => [
      [`${name.toUpperCase()}_PORT`, String(ports[name])],
      [`${name.toUpperCase()}_INSTANCES`, String(processes)],
    ]);
    const settings = { ...env, ...(Object.fromEntries(perTier) as Record<string, string>) };
    const pm2 = await startPm2({ place, root, settings });
    releases.push(() => pm2.stop());
    for (const name of tierNames) {
      await waitUntil(`${name} to be ready`, 60_000, () => isReady(ports[name]), place.cancel);
    }
    const nginx = await startNginx({
      place,
      port: ports['front-door'],
      upstreams: localUpstreams(ports),
      workers: 1,
    });
    releases.push(() => nginx.stop());
    return { url, env, paymentsUrl, logDir: place.logDir, reload: pm2.reload, stop: release };
  } catch (error) {
    await release();
    throw error;
  }
}
