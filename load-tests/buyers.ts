/** `npm run buyers`: test buyers with their session tokens, for k6. */
import { resolve } from 'node:path';
import { ConfigError } from '../shared/tier/config.ts';
import { connectMysql } from '../shared/mysql/connect.ts';
import { help, readBuyerOptions, type BuyerOptions } from './load/buyer-options.ts';
import { findDatabase } from './load/find-database.ts';
import { writeBuyers } from './load/write-buyers.ts';
import { BadOption } from './rush/options.ts';
import { showProgress } from './rush/progress.ts';
import { CannotRun } from './rush/running-system.ts';

try {
  const options = readBuyerOptions(process.argv.slice(2));
  if (options === 'help') process.stdout.write(help);
  else await make(options);
} catch (error) {
  const expected = error instanceof BadOption || error instanceof CannotRun || error instanceof ConfigError;
  console.error(expected ? error.message : error);
  if (error instanceof BadOption) console.error('\n`npm run buyers -- --help` lists the options.');
  process.exitCode = error instanceof BadOption ? 2 : 1;
}
// No timer of a client library should keep a finished run from ending.
process.exit();

async function make({ count, out, dropId, yesInProduction }: BuyerOptions): Promise<void> {
  const localDir = resolve(import.meta.dirname, '..', process.env['SEATDROP_LOCAL_DIR'] ?? '.local');
  const { mysqlUrl, sessionKeys } = await findDatabase(localDir, process.env, yesInProduction);
  const db = connectMysql(mysqlUrl, { max: 1 });
  let made = 0;
  const progress = showProgress(() => `${made} of ${count} buyers`);
  try {
    // npm changes to the folder of package.json; whoever types a path means the one they are in.
    const file = resolve(process.env['INIT_CWD'] ?? '.', out);
    const servers = { db, sessionKeys };
    await writeBuyers(servers, { count, out: file, dropId }, (now) => (made = now));
    progress.say(`${count} buyers in ${file}`);
  } finally {
    progress.stop();
    await db.destroy();
  }
}
