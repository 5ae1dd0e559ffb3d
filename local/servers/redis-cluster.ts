import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { requireBinary } from '../process/binaries.ts';
import { type Child, startChild } from '../process/child.ts';
import type { Place } from '../process/place.ts';
import { exchange, waitUntil } from '../process/wait.ts';

/** Nodes 1 to 3 begin as masters, 4 to 6 as their replicas; a failover may change that. */
const NODES = [1, 2, 3, 4, 5, 6] as const;
const SLOTS = ['0-5460', '5461-10922', '10923-16383'];

/** Settings that a node of every cluster of ours must have, here and in containers. See docs/decisions/013. */
export const clusterRules: Readonly<Record<string, string>> = {
  // A replica that has been out of contact for longer than three node timeouts and a second is not elected. With the
  // default factor of 10 a master would have to wait minutes for its replica before it may continue alone; with less
  // than 2, a replica that was cut off for a moment before its master died could not take over.
  'cluster-replica-validity-factor': '2',
  'repl-ping-replica-period': '1',
  // A silent connection is closed after this many seconds, and calls that wait for it fail.
  'repl-timeout': '10',
  // The loss of one shard stops the drops on it, but not the others.
  'cluster-require-full-coverage': 'no',
  'cluster-allow-replica-migration': 'no',
  appendonly: 'yes',
  // A master that is killed and restarts before a replica has taken over must have everything that it answered. With
  // everysec Redis does not even write while a sync takes long, so a killed process loses up to two seconds.
  appendfsync: 'always',
  save: '',
  'min-replicas-to-write': '0',
  'maxmemory-policy': 'noeviction',
};

export type RedisPort = `redis-${(typeof NODES)[number]}` | `redis-bus-${(typeof NODES)[number]}`;
export const redisPorts: readonly RedisPort[] = NODES.flatMap((n) => [
  `redis-${n}` as const,
  `redis-bus-${n}` as const,
]);

export type RedisCluster = {
  /** `127.0.0.1:port` of every node. */
  readonly nodes: readonly string[];
  /** One per node, in the order of `nodes`. */
  readonly processes: readonly Child[];
  stop(): Promise<void>;
};

/** Starts a cluster of 3 masters with a replica each, new or with the data of earlier starts. */
export async function startRedisCluster(options: {
  place: Place;
  ports: Readonly<Record<RedisPort, number>>;
  /** Time after which a silent node counts as failed. */
  nodeTimeoutMs?: number;
}): Promise<RedisCluster> {
  const { place, ports, nodeTimeoutMs = 5_000 } = options;
  const binary = requireBinary('redis-server');
  const nodes = NODES.map((n) => {
    const dir = join(place.dir, `redis-${n}`);
    return { name: `redis-${n}`, dir, port: ports[`redis-${n}`], bus: ports[`redis-bus-${n}`] };
  });
  for (const node of nodes) mkdirSync(node.dir, { recursive: true });
  writeTopology(nodes);

  const started = await Promise.allSettled(
    nodes.map((node) => {
      const config = join(node.dir, 'redis.conf');
      writeFileSync(config, nodeConfig(node, nodeTimeoutMs));
      return startChild({
        name: node.name,
        place,
        command: binary,
        args: [config],
        env: { LANG: 'C.UTF-8', TZ: 'UTC' },
        cwd: node.dir,
        crashSafe: true,
        ready: () =>
          waitUntil(node.name, 60_000, async () => {
            return (await exchange(node.port, 'PING\r\n', (reply) => reply.endsWith('\r\n'))) === '+PONG\r\n';
          }),
      });
    }),
  );
  const processes = started.filter((one) => one.status === 'fulfilled').map((one) => one.value);
  const stop = async (): Promise<void> => {
    await Promise.all(processes.map((process) => process.stop()));
  };
  try {
    for (const one of started) if (one.status === 'rejected') throw one.reason;
    for (const node of nodes) {
      await waitUntil(`${node.name} to join`, 60_000, () => hasJoined(node.port), place.cancel);
    }
  } catch (error) {
    await stop();
    throw error;
  }
  return { nodes: nodes.map((node) => `127.0.0.1:${node.port}`), processes, stop };
}

type Node = { name: string; dir: string; port: number; bus: number };

function nodeConfig(node: Node, nodeTimeoutMs: number): string {
  return `port ${node.port}
bind 127.0.0.1
dir ${JSON.stringify(node.dir)}
set-proc-title no
cluster-enabled yes
cluster-config-file nodes.conf
cluster-port ${node.bus}
cluster-announce-ip 127.0.0.1
cluster-node-timeout ${nodeTimeoutMs}
${Object.entries(clusterRules)
  .map(([name, value]) => `${name} ${value || '""'}`)
  .join('\n')}
repl-diskless-sync-delay 0
# All nodes stop at once here, so there is no replica worth waiting for.
shutdown-timeout 0
`;
}

/**
 * Writes each node's nodes.conf, in which Redis keeps the members of the cluster, before the nodes start. At the first
 * start this creates the cluster, faster than `redis-cli --cluster create`, which waits for seconds. Later it only
 * corrects the addresses, since ports may have changed; roles, slots and epochs stay as the nodes left them.
 */
function writeTopology(nodes: readonly Node[]): void {
  const file = (node: Node): string => join(node.dir, 'nodes.conf');
  const known = nodes.filter((node) => existsSync(file(node)));
  if (known.length === 0) {
    const ids = nodes.map(() => randomBytes(20).toString('hex'));
    for (const self of nodes) writeFileSync(file(self), firstTopology(nodes, ids, self));
    return;
  }
  const addresses = new Map<string, string>();
  for (const node of known) {
    const id = /^(\w{40}) .*\bmyself\b/m.exec(readFileSync(file(node), 'utf8'))?.[1];
    if (id !== undefined) addresses.set(id, `127.0.0.1:${node.port}@${node.bus}`);
  }
  if (addresses.size !== nodes.length) {
    throw new Error(`the Redis cluster's record is damaged; start over with: npm start -- --fresh`);
  }
  for (const node of nodes) {
    // "<id> <ip:port@bus>[,hostname...] <flags> ..."
    const corrected = readFileSync(file(node), 'utf8').replace(
      /^(\w{40}) [^ ,]*/gm,
      (line, id: string) => `${id} ${addresses.get(id) ?? line.slice(41)}`,
    );
    writeFileSync(file(node), corrected);
  }
}

function firstTopology(nodes: readonly Node[], ids: readonly string[], self: Node): string {
  const lines = nodes.map((node, i) => {
    const slots = SLOTS[i];
    const role = slots === undefined ? 'slave' : 'master';
    const flags = node === self ? `myself,${role}` : role;
    const master = slots === undefined ? ids[i - SLOTS.length] : '-';
    const epoch = (i % SLOTS.length) + 1; // masters need different epochs; a replica has that of its master
    return `${ids[i]} 127.0.0.1:${node.port}@${node.bus} ${flags} ${master} 0 0 ${epoch} connected ${slots ?? ''}`;
  });
  return `${lines.map((line) => line.trimEnd()).join('\n')}\nvars currentEpoch ${SLOTS.length} lastVoteEpoch 0\n`;
}

/** Whether the node sees the whole cluster and, if it is a replica, has its master's data. */
export async function hasJoined(port: number): Promise<boolean> {
  const info = await exchange(port, 'CLUSTER INFO\r\n', (reply) => reply.includes('cluster_known_nodes'));
  if (!info.includes('cluster_state:ok') || !info.includes('cluster_slots_ok:16384')) return false;
  const role = await exchange(port, 'INFO replication\r\n', (reply) => reply.includes('master_repl_offset'));
  return role.includes('role:master') || role.includes('master_link_status:up');
}
