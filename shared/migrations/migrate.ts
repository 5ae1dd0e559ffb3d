/** `node shared/migrations/migrate.ts`: migrates the schema at MYSQL_URL. Safe to repeat and to run concurrently. */
import { z } from 'zod';
import { mysqlSettings, readConfig } from '../tier/config.ts';
import { migrate } from './index.ts';
import { connectMysql } from '../mysql/connect.ts';

const { MYSQL_URL } = readConfig(z.object(mysqlSettings));
const db = connectMysql(MYSQL_URL, { max: 2 });
try {
  const run = await migrate(db);
  console.log(run.length === 0 ? 'The schema is up to date' : `Migrated: ${run.join(', ')}`);
} finally {
  await db.destroy();
}
