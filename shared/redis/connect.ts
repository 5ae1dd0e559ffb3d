import { Cluster } from 'ioredis';
import type { Log } from '../tier/log.ts';

/**
 * Connects to a Redis Cluster, given some of its nodes as host:port. Commands wait while the cluster is being
 * discovered or fails over; after some seconds of redirections they reject.
 */
export function connectRedis(nodes: readonly string[], log: Log): Cluster {
  const cluster = new Cluster(
    nodes.map((node) => {
      const colon = node.lastIndexOf(':');
      return { host: node.slice(0, colon), port: Number(node.slice(colon + 1)) };
    }),
    {
      // Subscriptions to `{drop:...}` channels go to the node that owns their slot.
      shardedSubscribers: true,
      clusterRetryStrategy: (attempt) => Math.min(100 * attempt, 1_000),
      retryDelayOnClusterDown: 200,
      retryDelayOnFailover: 200,
      slotsRefreshTimeout: 2_000,
      slotsRefreshInterval: 5_000,
      redisOptions: { noDelay: true, connectTimeout: 3_000, maxRetriesPerRequest: 1 },
    },
  );
  cluster.on('error', (error: unknown) => log.warn({ err: error }, 'redis'));
  cluster.on('end', () => stopRefreshing(cluster));
  return cluster;
}

/**
 * Works around a fault of ioredis: a client closed while it reads the cluster's slots keeps scheduling further reads.
 */
function stopRefreshing(cluster: Cluster): void {
  const internals = cluster as unknown as { slotsTimer: NodeJS.Timeout | null };
  clearTimeout(internals.slotsTimer ?? undefined);
  Object.defineProperty(internals, 'slotsTimer', {
    get: () => null,
    set(timer?: NodeJS.Timeout) {
      clearTimeout(timer);
    },
  });
}

/** Whether the cluster answers and serves all of its slots. */
export async function redisReady(redis: Cluster): Promise<boolean> {
  if (redis.status !== 'ready') return false;
  const info = await redis.cluster('INFO');
  return info.includes('cluster_state:ok');
}
