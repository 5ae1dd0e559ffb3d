/** Real servers for a benchmark, in a folder and on ports of their own, and processes that are measured on their own core. */
import { mkdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Cluster } from 'ioredis';
import { startChild, type Child } from '../../local/process/child.ts';
import { placeAt } from '../../local/process/place.ts';
import { freePorts } from '../../local/process/ports.ts';
import { generateSecrets, type Secrets } from '../../local/secrets.ts';
import { startNginx } from '../../local/servers/nginx.ts';
import { serverPorts, startServers, type Servers } from '../../local/start-servers.ts';
import type { Step } from '../../local/process/steps.ts';
import { runTask } from '../../local/process/task.ts';
import {
  generalEnv,
  scriptEnv,
  startSandboxPayments,
  startScript,
  tierEnv,
  tierNames,
  type TierName,
} from '../../local/tiers.ts';
import { exchange, waitUntil } from '../../local/process/wait.ts';
import type { NginxOptions } from '../../nginx/config.ts';
import { Topology } from '../../shared/messages/topology.ts';
import type { Drop } from '../../shared/drops/drop.ts';
import { createInventory, type Inventory } from '../../shared/inventory/inventory.ts';
import { createLog } from '../../shared/tier/log.ts';
import { connectMysql, type Database } from '../../shared/mysql/connect.ts';
import { connectRedis } from '../../shared/redis/connect.ts';
import { insertStockedDrop } from '../../testing/insert-drop.ts';
import { pin, type Cores } from './cores.ts';

const entryQueues = 4;

export const root = resolve(import.meta.dirname, '../..');

/** A process under measurement. */
export type Measured = { child: Child; port: number; url: string };

export type FrontDoor = { port: number; url: string; processes: readonly Child[]; stop: () => Promise<void> };

export type Rig = {
  cores: Cores;
  servers: Servers;
  secrets: Secrets;
  db: Database;
  redis: Cluster;
  inventory: Inventory;
  topology: Topology;
  /** What `changes` does not say is one row of ten seats, up to four a buyer, no standby; it is on sale. */
  dropOnSale: (changes?: Partial<Drop>) => Promise<Drop>;
  /** A tier as it is in production, kept on the core for what is measured. */
  startTier: (name: TierName, settings?: Record<string, string>) => Promise<Measured>;
  /** The payment provider of the local stack, beside the servers; it tells `general` what it decided. */
  startPayments: (general: Measured) => Promise<Child>;
  /** `load-tests/bench/processes/NAME.ts`, likewise; it listens on PORT. */
  startProcess: (name: string, settings?: Record<string, string>) => Promise<Measured>;
  /** nginx before these tiers. */
  startFrontDoor: (
    upstreams: NginxOptions['upstreams'],
    options?: Pick<NginxOptions, 'caches' | 'workers'>,
  ) => Promise<FrontDoor>;
  /** For what waits for Redis more than it works itself. */
  leaveRedisACore: () => void;
  /** Nothing is kept on a core of its own any more: for benchmarks of the whole. */
  useAllCores: () => void;
  step: Step;
  stop: () => Promise<void>;
};

export async function startRig(options: {
  dir: string;
  cores: Cores;
  step: Step;
  signal: AbortSignal;
  /** Tiers write a CPU profile into this folder when they end. */
  profiles?: string | undefined;
}): Promise<Rig> {
  const { dir, cores, step, signal, profiles } = options;
  const releases: (() => unknown)[] = [];
  const place = placeAt(dir, signal);
  const stop = async (): Promise<void> => {
    for (const release of releases.splice(0).toReversed()) await release();
    rmSync(dir, { recursive: true, force: true });
  };
  try {
    mkdirSync(dir, { recursive: true });
    const secrets = generateSecrets();
    const ports = await freePorts([...serverPorts, ...tierNames, 'payments', 'front-door'] as const);
    const servers = await startServers({
      place,
      ports,
      secrets,
      durable: true,
      step,
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
    for (const { pid } of servers.processes) pin(pid, cores.rest);

    const env: Record<string, string> = {
      ...tierEnv(servers, secrets),
      LOG_LEVEL: 'warn',
      ENTRY_QUEUES: String(entryQueues),
    };
    const ofGeneral = generalEnv({
      publicUrl: `http://127.0.0.1:${ports['front-door']}`,
      sandboxPaymentsUrl: `http://127.0.0.1:${ports.payments}`,
      secrets,
      ports,
      pages: join(root, 'web', 'dist'),
    });
    const profiling = profiles && { NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${profiles}` };
    const db = connectMysql(servers.mariaDb.url, { max: 4 });
    releases.push(() => db.destroy());
    const redis = connectRedis(servers.redis.nodes, createLog('bench', 'error'));
    releases.push(() => redis.disconnect());
    const inventory = createInventory({ redis, namespace: '' });

    const measured: Child[] = [];
    const measure = async (name: string, start: (port: number) => Promise<Child>): Promise<Measured> => {
      const { [name]: port = 0 } = await freePorts([name]);
      const child = await start(port);
      releases.push(() => child.stop());
      pin(child.pid, cores.measured);
      measured.push(child);
      return { child, port, url: `http://127.0.0.1:${port}` };
    };

    return {
      cores,
      servers,
      secrets,
      db,
      redis,
      inventory,
      topology: new Topology('', entryQueues),
      step,
      stop,
      dropOnSale(changes) {
        return insertStockedDrop(db, (drop) => inventory.stock(drop), changes);
      },
      startTier: (name, settings = {}) =>
        measure(name, (port) =>
          startScript({
            name: `${name}-${port}`,
            place,
            root,
            folder: name,
            path: '/readyz',
            port,
            env: { ...env, ...(name === 'general' && ofGeneral), ...profiling, ...settings },
          }),
        ),
      async startPayments(general) {
        const child = await startSandboxPayments({
          place,
          root,
          port: ports.payments,
          secrets,
          generalUrl: general.url,
          // The provider's own books are not what is measured.
          data: ':memory:',
        });
        releases.push(() => child.stop());
        pin(child.pid, cores.rest);
        return child;
      },
      async startFrontDoor(upstreams, more = {}) {
        const port = ports['front-door'];
        const nginx = await startNginx({ place, port, upstreams, workers: 1, ...more });
        releases.push(() => nginx.stop());
        return { port, url: nginx.url, processes: nginx.processes, stop: () => nginx.stop() };
      },
      leaveRedisACore() {
        for (const { pid } of [...servers.rabbitMq.processes, ...servers.mariaDb.processes])
          pin(pid, cores.besideRedis);
        pin(process.pid, cores.besideRedis);
      },
      useAllCores() {
        for (const { pid } of [...measured, ...servers.processes]) pin(pid, cores.all);
        pin(process.pid, cores.all);
      },
      startProcess: (name, settings = {}) =>
        measure(name, (port) =>
          startChild({
            name: `${name}-${port}`,
            place,
            command: process.execPath,
            args: [join(import.meta.dirname, 'processes', `${name}.ts`)],
            env: { ...scriptEnv(), ...settings, PORT: String(port) },
            cwd: root,
            ready: () =>
              waitUntil(name, 20_000, async () => {
                const answer = await exchange(port, 'GET / HTTP/1.0\r\n\r\n', (reply) => reply.length > 0);
                return answer !== '';
              }),
            graceMs: 2_000,
          }),
        ),
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
