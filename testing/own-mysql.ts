/** A separate MariaDB with a replica, for tests that break replication. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Child } from '../local/process/child.ts';
import { placeAt } from '../local/process/place.ts';
import { freePorts } from '../local/process/ports.ts';
import { startMariaDbPair } from '../local/servers/mariadb-replica.ts';
import { connectMysql } from '../shared/mysql/connect.ts';
import { eventually } from './eventually.ts';

export type OwnMysql = {
  mysqlAdminUrl: string;
  /** URL of the same database on the replica. */
  onReplica: (url: string) => string;
  primary: Child;
  replica: Child;
  /** Stops applying replicated changes until `resume`. */
  pause: () => Promise<void>;
  resume: () => Promise<void>;
  /** Number of rows of a table on the primary and on the replica. */
  count: (url: string, table: string) => Promise<{ primary: number; replica: number }>;
  /** Resolves when the replica has applied everything committed so far. */
  inStep: () => Promise<void>;
  stop: () => Promise<void>;
};

export async function startOwnMysql(): Promise<OwnMysql> {
  const dir = mkdtempSync(join(tmpdir(), 'seatdrop-mysql-'));
  const ports = await freePorts(['primary', 'replica']);
  const { primary, replica: follower } = await startMariaDbPair({
    primary: { place: placeAt(join(dir, 'primary')), ports: { mariadb: ports.primary } },
    replica: { place: placeAt(join(dir, 'replica')), ports: { mariadb: ports.replica } },
    password: randomBytes(8).toString('hex'),
    adminPassword: randomBytes(8).toString('hex'),
    durable: false,
  });
  const primaryDb = connectMysql(primary.adminUrl, { max: 1 });
  const replicaDb = connectMysql(follower.adminUrl, { max: 1 });
  return {
    mysqlAdminUrl: primary.adminUrl,
    onReplica(url) {
      const replicaUrl = new URL(url);
      replicaUrl.port = String(ports.replica);
      return replicaUrl.href;
    },
    primary: primary.processes[0]!,
    replica: follower.processes[0]!,
    pause: async () => void (await replicaDb.raw('stop slave sql_thread')),
    resume: async () => void (await replicaDb.raw('start slave sql_thread')),
    async count(url, table) {
      const query = `select count(*) as rows_there from ??.??`;
      const counts = await Promise.all(
        [primaryDb, replicaDb].map(async (db) => {
          const answer = await db.raw(query, [new URL(url).pathname.slice(1), table]);
          return (answer as [[{ rows_there: number }]])[0][0].rows_there;
        }),
      );
      return { primary: counts[0]!, replica: counts[1]! };
    },
    async inStep() {
      const [[{ position }]] = (await primaryDb.raw('select @@gtid_binlog_pos as position')) as [
        [{ position: string }],
      ];
      await eventually(async () => {
        const [[{ late }]] = (await replicaDb.raw('select master_gtid_wait(?, 5) as late', [position])) as [
          [{ late: number }],
        ];
        return late === 0;
      });
    },
    async stop() {
      await Promise.all([primaryDb.destroy(), replicaDb.destroy()]);
      await Promise.all([primary.stop(), follower.stop()]);
      rmSync(dir, { recursive: true });
    },
  };
}
