import { randomBytes, randomInt } from 'node:crypto';
import { migrate } from '../shared/migrations/index.ts';
import { connectMysql, type Database } from '../shared/mysql/connect.ts';
import { testServers } from './servers.ts';

export type TestDatabase = {
  /** Value for MYSQL_URL. */
  url: string;
  db: Database;
  /** Closes the connections and drops the database. */
  drop: () => Promise<void>;
};

/** A database without tables, for tests that create the schema themselves. */
export async function createEmptyDatabase(
  { mysqlAdminUrl }: { mysqlAdminUrl: string } = testServers(),
): Promise<TestDatabase> {
  const name = `test_${randomBytes(8).toString('hex')}`;
  const url = new URL(mysqlAdminUrl);
  url.pathname = `/${name}`;
  const admin = connectMysql(mysqlAdminUrl, { max: 1 });
  await admin.raw('create database ?? character set utf8mb4', [name]);
  const db = connectMysql(url.href);
  return {
    url: url.href,
    db,
    drop: async () => {
      await db.destroy();
      await admin.raw('drop database ??', [name]);
      await admin.destroy();
    },
  };
}

/**
 * A database for one test file, with the whole schema. Drop ids start at a random number: tests share one Redis
 * Cluster, where only the drop's id separates its keys from those of other tests.
 */
export async function createTestDatabase(servers?: { mysqlAdminUrl: string }): Promise<TestDatabase> {
  const database = await createEmptyDatabase(servers);
  await migrate(database.db);
  await database.db.raw('alter table drops auto_increment = ?', [randomInt(1_000_000, 4_000_000_000)]);
  return database;
}
