/** A MariaDB with a replica of its own, for tests that break replication. */
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
  /** The same database on the replica. */
  onReplica: (url: string) => string;
  primary: Child;
  replica: Child;
  /** What the replica receives waits, until `resume`. */
  pause: () => Promise<void>;
  resume: () => Promise<void>;
  /** Rows of a table, of a database, on each of the two. */
  count: (url: string, table: string) => Promise<{ primary: number; replica: number }>;
  /** Resolves when the replica has all that is committed now. */
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
  const above = connectMysql(primary.adminUrl, { max: 1 });
  const below = connectMysql(follower.adminUrl, { max: 1 });
  return {
    mysqlAdminUrl: primary.adminUrl,
    onReplica(url) {
      const there = new URL(url);
      there.port = String(ports.replica);
      return there.href;
    },
    primary: primary.processes[0]!,
    replica: follower.processes[0]!,
    pause: async () => void (await below.raw('stop slave sql_thread')),
    resume: async () => void (await below.raw('start slave sql_thread')),
    async count(url, table) {
      const query = `select count(*) as rows_there from ??.??`;
      const counts = await Promise.all(
        [above, below].map(async (db) => {
          const answer = await db.raw(query, [new URL(url).pathname.slice(1), table]);
          return (answer as [[{ rows_there: number }]])[0][0].rows_there;
        }),
      );
      return { primary: counts[0]!, replica: counts[1]! };
    },
    async inStep() {
      const [[{ position }]] = (await above.raw('select @@gtid_binlog_pos as position')) as [
        [{ position: string }],
      ];
      await eventually(async () => {
        const [[{ late }]] = (await below.raw('select master_gtid_wait(?, 5) as late', [position])) as [
          [{ late: number }],
        ];
        return late === 0;
      });
    },
    async stop() {
      await Promise.all([above.destroy(), below.destroy()]);
      await Promise.all([primary.stop(), follower.stop()]);
      rmSync(dir, { recursive: true });
    },
  };
}
