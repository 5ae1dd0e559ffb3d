/** A separate Redis Cluster for tests that break it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Cluster } from 'ioredis';
import type { Child } from '../local/process/child.ts';
import { placeAt } from '../local/process/place.ts';
import { freePorts } from '../local/process/ports.ts';
import { redisPorts, startRedisCluster } from '../local/servers/redis-cluster.ts';
import { exchange, waitUntil } from '../local/process/wait.ts';

export type RedisNode = { process: Child; port: number };

export type OwnRedis = {
  nodes: string[];
  /** The nodes that own a key; waits until there are both. */
  nodesOf: (key: string) => Promise<{ master: RedisNode; replica: RedisNode }>;
  /** A new client. `refreshMs`: how often it refreshes its slot table; 0: only after a MOVED reply. */
  connect: (refreshMs?: number) => Cluster;
  /** Cuts the replication off: with a wrong password the replica cannot reconnect. */
  cutOff: (replica: RedisNode, master: RedisNode) => Promise<void>;
  bringBack: (replica: RedisNode) => Promise<void>;
  isMaster: (node: RedisNode) => Promise<boolean>;
  /** Resolves when the replica has its master's data. */
  inStep: (replica: RedisNode) => Promise<void>;
  takenOver: (replica: RedisNode) => Promise<void>;
  stop: () => Promise<void>;
};

export async function startOwnRedis(nodeTimeoutMs: number): Promise<OwnRedis> {
  const dir = mkdtempSync(join(tmpdir(), 'seatdrop-redis-'));
  const cluster = await startRedisCluster({
    place: placeAt(dir),
    ports: await freePorts(redisPorts),
    nodeTimeoutMs,
  });
  const nodes = cluster.nodes.map((address, at) => ({
    process: cluster.processes[at]!,
    port: Number(address.split(':')[1]),
  }));
  const clients: Cluster[] = [];
  const connect: OwnRedis['connect'] = (refreshMs = 1_000) => {
    const client = new Cluster(
      nodes.map(({ port }) => ({ host: '127.0.0.1', port })),
      {
        clusterRetryStrategy: () => 100,
        slotsRefreshInterval: refreshMs,
        redisOptions: { maxRetriesPerRequest: 1 },
      },
    );
    client.on('error', () => {});
    clients.push(client);
    return client;
  };
  const command = async (node: RedisNode, text: string) => {
    const reply = await exchange(node.port, `${text}\r\n`, (received) => received.endsWith('\r\n'), 5_000);
    if (reply.startsWith('-')) throw new Error(`${text}: ${reply.trim()}`);
    return reply;
  };
  const replication = (node: RedisNode) =>
    exchange(node.port, 'INFO replication\r\n', (reply) => reply.includes('master_repl_offset'), 5_000);
  const isMaster: OwnRedis['isMaster'] = async (node) => (await replication(node)).includes('role:master');

  return {
    nodes: [...cluster.nodes],
    connect,
    isMaster,

    async nodesOf(key) {
      const client = connect();
      const slot = await client.cluster('KEYSLOT', key);
      for (;;) {
        const ranges = await client.cluster('SLOTS');
        const [, , ...found] = ranges.find(([from, to]) => from <= slot && slot <= to) ?? [];
        const [master, replica] = found.map((node) => nodes.find(({ port }) => port === node[1]));
        if (master && replica) {
          client.disconnect();
          return { master, replica };
        }
        await sleep(100);
      }
    },

    async cutOff(replica, master) {
      await command(replica, 'CONFIG SET masterauth cut-off');
      await command(master, 'CLIENT KILL TYPE replica');
      while ((await replication(master)).includes('slave0:')) await sleep(20);
    },

    bringBack: (replica) => command(replica, 'CONFIG SET masterauth ""').then(() => {}),
    takenOver: (replica) => waitUntil('the replica to take over', 60_000, () => isMaster(replica)),
    inStep: (replica) =>
      waitUntil('the replica to have the data', 60_000, async () =>
        (await replication(replica)).includes('master_link_status:up'),
      ),

    async stop() {
      for (const client of clients) client.disconnect();
      await cluster.stop();
      rmSync(dir, { recursive: true });
    },
  };
}
