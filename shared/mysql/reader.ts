/**
 * Reads for lists and reports. They may be some seconds old, but always include what their reader has just written.
 * Code that decides something (permissions, checkout, the state of a drop) reads from the primary directly.
 */
import type { Cluster } from 'ioredis';
import { Counter, Gauge, type Registry } from 'prom-client';
import type { Log } from '../tier/log.ts';
import type { Database } from './connect.ts';
import { createRecentWrites } from './recent-writes.ts';
import { surelyReplicatedAfter, watchReplica, type Replica } from './replica.ts';

type Author = { userId: number } | undefined;

export type Reader = {
  /**
   * Reads from the replica if it is current enough, and from the primary otherwise or if the replica fails: `query` may
   * run twice. It must use only the database that it is given. `by`: the user whose own writes must be included;
   * undefined if there is none.
   */
  read: <T>(by: Author, query: (db: Database) => Promise<T>) => Promise<T>;
  /** Runs an operation that may write on behalf of this user. */
  writing: <T>(by: { userId: number }, write: () => Promise<T>) => Promise<T>;
};

/** A reader for systems without a replica. */
export function readPrimary(db: Database): Reader {
  return { read: (_by, query) => query(db), writing: (_by, write) => write() };
}

export type ReplicaReader = Reader & Pick<Replica, 'keepsUp' | 'isCompared' | 'stop'>;

export function readReplica(options: {
  primary: Database;
  replicaUrl: string;
  maxLagSeconds: number;
  redis: Cluster;
  namespace: string;
  log: Log;
  registry: Registry;
}): ReplicaReader {
  const { primary, maxLagSeconds, redis, namespace, log, registry } = options;
  const replica = watchReplica({ primary, url: options.replicaUrl, maxLagSeconds, log });
  const writes = createRecentWrites({ redis, namespace, seconds: surelyReplicatedAfter(maxLagSeconds), log });
  const reads = createReplicaMetrics(registry, replica);

  return {
    async read(by, query) {
      if (!replica.keepsUp()) {
        reads.inc({ server: 'primary', why: 'replica_away' });
        return query(primary);
      }
      // If this process does not reach the primary (`isCompared` is false), the user may have written through another.
      if (by && (!replica.isCompared() || (await writes.mayBeBy(by.userId)))) {
        reads.inc({ server: 'primary', why: 'may_have_written' });
        return query(primary);
      }
      try {
        const answer = await query(replica.db);
        reads.inc({ server: 'replica', why: 'keeps_up' });
        return answer;
      } catch (error) {
        // A fault of the query itself occurs again on the primary.
        replica.failed(error);
        reads.inc({ server: 'primary', why: 'replica_failed' });
        return query(primary);
      }
    },
    writing: ({ userId }, write) => writes.during(userId, write),
    keepsUp: replica.keepsUp,
    isCompared: replica.isCompared,
    stop: replica.stop,
  };
}

function createReplicaMetrics(registry: Registry, replica: Pick<Replica, 'keepsUp' | 'lagSeconds'>) {
  const registers = [registry];
  const inUse: Gauge = new Gauge({
    name: 'seatdrop_mysql_replica_in_use',
    help: '1 while lists are read from the replica, 0 while it is away or too far behind',
    registers,
    collect: () => inUse.set(replica.keepsUp() ? 1 : 0),
  });
  const lag: Gauge = new Gauge({
    name: 'seatdrop_mysql_replica_lag_seconds',
    help: 'Lag of the replica behind the primary, or its lag when it was last reachable',
    registers,
    collect: () => lag.set(replica.lagSeconds()),
  });
  const reads = new Counter({
    name: 'seatdrop_mysql_replica_reads_total',
    help: 'Reads of lists, by the server that answered and the reason for it',
    labelNames: ['server', 'why'],
    registers,
  });
  reads.inc({ server: 'replica', why: 'keeps_up' }, 0);
  for (const why of ['replica_away', 'may_have_written', 'replica_failed'])
    reads.inc({ server: 'primary', why }, 0);
  return reads;
}
