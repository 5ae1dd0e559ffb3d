import { mkdirSync } from 'node:fs';
import type { Child } from './process/child.ts';
import type { Place } from './process/place.ts';
import type { Secrets } from './secrets.ts';
import { type MariaDb, type MariaDbPort, mariaDbPorts, startMariaDb } from './servers/mariadb.ts';
import { type RabbitMq, type RabbitPort, rabbitPorts, startRabbitMq } from './servers/rabbitmq.ts';
import { type RedisCluster, type RedisPort, redisPorts, startRedisCluster } from './servers/redis-cluster.ts';
import type { Step } from './process/steps.ts';

export type ServerPort = RedisPort | RabbitPort | MariaDbPort;
export const serverPorts: readonly ServerPort[] = [...redisPorts, ...rabbitPorts, ...mariaDbPorts];

export type Servers = {
  readonly redis: RedisCluster;
  readonly rabbitMq: RabbitMq;
  readonly mariaDb: MariaDb;
  readonly processes: readonly Child[];
  stop(): Promise<void>;
};

/** Starts Redis Cluster, RabbitMQ and MariaDB at the same time. If one fails, the others are stopped. */
export async function startServers(options: {
  place: Place;
  ports: Readonly<Record<ServerPort, number>>;
  secrets: Secrets;
  /** See startMariaDb. */
  durable: boolean;
  step: Step;
  /** Work that needs only the database, done while the other servers still start. */
  whenDatabaseIsUp?: (mysqlUrl: string) => Promise<void>;
}): Promise<Servers> {
  const { place, ports, secrets, durable, step } = options;
  mkdirSync(place.dir, { recursive: true });
  const { rabbitMqPassword, rabbitMqCookie, mariaDbPassword, mariaDbAdminPassword } = secrets;
  const starts = [
    step('RabbitMQ', () =>
      startRabbitMq({ place, ports, password: rabbitMqPassword, cookie: rabbitMqCookie }),
    ),
    step('MariaDB', () =>
      startMariaDb({ place, ports, durable, password: mariaDbPassword, adminPassword: mariaDbAdminPassword }),
    ).then((mariaDb) => stopUnless(mariaDb, options.whenDatabaseIsUp?.(mariaDb.url))),
    step('Redis Cluster', () => startRedisCluster({ place, ports })),
  ] as const;
  const settled = await Promise.allSettled(starts);
  const up = settled.filter((one) => one.status === 'fulfilled').map((one) => one.value);
  const stop = async (): Promise<void> => {
    await Promise.all(up.map((server) => server.stop()));
  };
  for (const one of settled) {
    if (one.status === 'rejected') {
      await stop();
      throw one.reason;
    }
  }
  const [rabbitMq, mariaDb, redis] = await Promise.all(starts);
  return { redis, rabbitMq, mariaDb, stop, processes: up.flatMap((server) => server.processes) };
}

/** Waits for work on a server, and stops the server if that fails. */
async function stopUnless<Server extends { stop(): Promise<void> }>(
  server: Server,
  work: Promise<void> | undefined,
): Promise<Server> {
  try {
    await work;
    return server;
  } catch (error) {
    await server.stop();
    throw error;
  }
}
