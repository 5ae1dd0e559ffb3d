import { createHash, randomBytes, randomInt } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
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
  // Longer than usual: a machine that runs other tests may leave a new connection waiting.
  const db = connectMysql(url.href, { waitMs: 20_000 });
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
export async function createTestDatabase(
  servers: { mysqlAdminUrl: string } = testServers(),
): Promise<TestDatabase> {
  const database = await createEmptyDatabase(servers);
  await copySchema(await findTemplate(servers.mysqlAdminUrl), database.url);
  await database.db.raw('alter table drops auto_increment = ?', [randomInt(1_000_000, 4_000_000_000)]);
  return database;
}

/**
 * A database on which the migrations ran, made once a server: to run them for each test file takes several times as long
 * as to copy their result.
 * @returns its URL
 */
async function findTemplate(mysqlAdminUrl: string): Promise<string> {
  const name = `template_${fingerprintOfMigrations()}`;
  const url = new URL(mysqlAdminUrl);
  url.pathname = `/${name}`;
  const admin = connectMysql(mysqlAdminUrl, { max: 1 });
  try {
    // Test files start at once, in processes of their own.
    await admin.raw('do get_lock(?, 120)', [name]);
    if (await hasTable(admin, name, isComplete)) return url.href;
    await admin.raw('drop database if exists ??', [name]);
    await admin.raw('create database ?? character set utf8mb4', [name]);
    const db = connectMysql(url.href);
    try {
      await migrate(db);
    } finally {
      await db.destroy();
    }
    await admin.raw('create table ??.?? (id int)', [name, isComplete]);
    return url.href;
  } finally {
    await admin.destroy(); // gives the lock back
  }
}

/** A table of the template, made last: a test run may be killed before all migrations ran. */
const isComplete = 'is_complete';

async function hasTable(db: Database, schema: string, table: string): Promise<boolean> {
  const found: unknown = await db('information_schema.tables')
    .where({ table_schema: schema, table_name: table })
    .first('table_name');
  return found !== undefined;
}

async function copySchema(templateUrl: string, url: string): Promise<void> {
  const from = new URL(templateUrl).pathname.slice(1);
  const db = connectMysql(url, { max: 1 });
  try {
    const tables: { name: string }[] = await db('information_schema.tables')
      .where({ table_schema: from })
      .whereNot({ table_name: isComplete })
      .select({ name: 'table_name' });
    // Tables refer to each other, so whatever comes first refers to one that is not there yet.
    await db.raw('set foreign_key_checks = 0');
    for (const { name } of tables) {
      const [[shown]] = (await db.raw('show create table ??.??', [from, name])) as [
        { 'Create Table': string }[],
      ];
      await db.raw(shown!['Create Table']);
      const row: unknown = await db(`${from}.${name}`).first();
      if (row !== undefined) await db.raw('insert into ?? select * from ??.??', [name, from, name]);
    }
  } finally {
    await db.destroy();
  }
}

function fingerprintOfMigrations(): string {
  const hash = createHash('sha256');
  const folder = join(import.meta.dirname, '../shared/migrations');
  for (const file of readdirSync(folder).toSorted())
    hash.update(file).update(readFileSync(join(folder, file)));
  return hash.digest('hex').slice(0, 16);
}
