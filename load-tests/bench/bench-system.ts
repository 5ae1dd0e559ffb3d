/**
 * Starts real servers for a benchmark, in their own folder and on their own ports, and pins measured processes to a
 * core.
 */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Cluster } from 'ioredis';
import { startChild, type Child } from '../../local/process/child.ts';
import { placeAt } from '../../local/process/place.ts';
import { freePorts } from '../../local/process/ports.ts';
import { scriptEnv } from '../../local/process/binaries.ts';
import type { Secrets } from '../../local/secrets.ts';
import type { Servers } from '../../local/start-servers.ts';
import { Releases } from '../../local/process/releases.ts';
import type { Step } from '../../local/process/steps.ts';
import { root, startSystem } from '../../local/system.ts';
import type { TierName } from '../../local/tiers.ts';
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

/** A process under measurement. */
export type Measured = { child: Child; port: number; url: string };

export type FrontDoor = { port: number; url: string; processes: readonly Child[]; stop: () => Promise<void> };

export type BenchSystem = {
  cores: Cores;
  servers: Servers;
  secrets: Secrets;
  db: Database;
  redis: Cluster;
  inventory: Inventory;
  topology: Topology;
  /** A drop on sale. Defaults: one row of ten seats, up to four seats per buyer, no standby. */
  openDrop: (changes?: Partial<Drop>) => Promise<Drop>;
  /** A tier as it runs in production, pinned to the measured core. */
  startTier: (name: TierName, settings?: Record<string, string>) => Promise<Measured>;
  /** The local payment provider, on the servers' cores; it sends its webhooks to `general`. */
  startPayments: (general: Measured) => Promise<Child>;
  /** `load-tests/bench/processes/NAME.ts`, pinned to the measured core; it listens on PORT. */
  startProcess: (name: string, settings?: Record<string, string>) => Promise<Measured>;
  /** nginx in front of these tiers. */
  startFrontDoor: (
    upstreams: NginxOptions['upstreams'],
    options?: Pick<NginxOptions, 'caches' | 'workers'>,
  ) => Promise<FrontDoor>;
  /** Moves RabbitMQ, MySQL and this process off Redis' core: for work that mostly waits for Redis. */
  leaveRedisACore: () => void;
  /** Undoes the pinning: for benchmarks of the whole system. */
  useAllCores: () => void;
  step: Step;
  stop: () => Promise<void>;
};

export async function startBenchSystem(options: {
  dir: string;
  cores: Cores;
  step: Step;
  signal: AbortSignal;
  /** Folder into which tiers write a CPU profile when they exit. */
  profiles?: string | undefined;
}): Promise<BenchSystem> {
  const { dir, cores, step, signal, profiles } = options;
  const place = placeAt(dir, signal);
  const releases = new Releases();
  releases.add(() => rmSync(dir, { recursive: true, force: true }));
  return releases.guard(async () => {
    mkdirSync(dir, { recursive: true });
    const local = await startSystem({
      place,
      durable: true,
      step,
      settings: { LOG_LEVEL: 'warn', ENTRY_QUEUES: String(entryQueues) },
    });
    releases.add(() => local.stop());
    const { servers, secrets } = local;
    for (const { pid } of servers.processes) pin(pid, cores.rest);

    const profiling = profiles && { NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${profiles}` };
    const db = connectMysql(servers.mariaDb.url, { max: 4 });
    releases.add(() => db.destroy());
    const redis = connectRedis(servers.redis.nodes, createLog('bench', 'error'));
    releases.add(() => redis.disconnect());
    const inventory = createInventory({ redis, namespace: '' });

    const measured: Child[] = [];
    const measure = async (name: string, start: (port: number) => Promise<Child>): Promise<Measured> => {
      const { [name]: port = 0 } = await freePorts([name]);
      const child = await start(port);
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
      stop: () => releases.run(),
      openDrop(changes) {
        return insertStockedDrop(db, (drop) => inventory.stock(drop), changes);
      },
      startTier: (name, settings = {}) =>
        measure(name, (port) =>
          local.startTier(name, { as: `${name}-${port}`, port, settings: { ...profiling, ...settings } }),
        ),
      async startPayments(general) {
        // In memory: the provider's own storage is not measured.
        const child = await local.startPayments({ generalUrl: general.url, data: ':memory:' });
        pin(child.pid, cores.rest);
        return child;
      },
      async startFrontDoor(upstreams, more = {}) {
        const nginx = await local.startFrontDoor({ upstreams, ...more });
        const { url, processes } = nginx;
        return { port: local.ports['front-door'], url, processes, stop: () => nginx.stop() };
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
        measure(name, async (port) => {
          const child = await startChild({
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
          });
          releases.add(() => child.stop());
          return child;
        }),
    };
  });
}
