/**
 * Where lists and reports are read. They may be some seconds old, but never lack what their reader just wrote. Whatever
 * decides something (who may do what, checkout, the state of a sale) does not read here.
 */
import type { Cluster } from 'ioredis';
import { Counter, Gauge, type Registry } from 'prom-client';
import type { Log } from '../tier/log.ts';
import type { Database } from './connect.ts';
import { createRecentWrites } from './recent-writes.ts';
import { surelyReplicatedAfter, watchReplica, type Replica } from './replica.ts';

type By = { userId: number } | undefined;

export type Reader = {
  /**
   * Asks the replica if that will do, and the primary if not or if the replica fails: `query` may run twice. It must
   * ask nothing but the database it is given. `by`: the user whose writes must be seen; undefined for nobody's.
   */
  read: <T>(by: By, query: (db: Database) => Promise<T>) => Promise<T>;
  /** Runs what may write for this user. */
  writing: <T>(by: { userId: number }, write: () => Promise<T>) => Promise<T>;
};

/** Where there is no replica. */
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
      // Somebody may still reach a primary that this process does not.
      if (by && (!replica.isCompared() || (await writes.mayBeBy(by.userId)))) {
        reads.inc({ server: 'primary', why: 'may_have_written' });
        return query(primary);
      }
      try {
        const answer = await query(replica.db);
        reads.inc({ server: 'replica', why: 'keeps_up' });
        return answer;
      } catch (error) {
        // A fault of the query itself comes again from the primary.
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
    help: 'How far the replica is behind the primary, or was when it was last seen',
    registers,
    collect: () => lag.set(replica.lagSeconds()),
  });
  const reads = new Counter({
    name: 'seatdrop_mysql_replica_reads_total',
    help: 'Reads of lists, by the server that answered and why that one',
    labelNames: ['server', 'why'],
    registers,
  });
  reads.inc({ server: 'replica', why: 'keeps_up' }, 0);
  for (const why of ['replica_away', 'may_have_written', 'replica_failed'])
    reads.inc({ server: 'primary', why }, 0);
  return reads;
}
