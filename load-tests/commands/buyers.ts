/** `npm run buyers` makes test buyers with session tokens, for k6. */
import { connectMysql } from '../../shared/mysql/connect.ts';
import { buyersCommand, type BuyerOptions } from './buyers/options.ts';
import { findDatabase } from './buyers/find-database.ts';
import { writeBuyers } from './buyers/write-buyers.ts';
import { pathAsTyped, runCommand } from '../cli.ts';
import { showProgress } from '../progress.ts';

await runCommand(buyersCommand, makeBuyersFile);

/** Returns the exit code. */
async function makeBuyersFile({ count, out, dropId, yesInProduction }: BuyerOptions): Promise<number> {
  const { mysqlUrl, sessionKeys } = await findDatabase(process.env, yesInProduction);
  const db = connectMysql(mysqlUrl, { max: 1 });
  let made = 0;
  const progress = showProgress(() => `${made} of ${count} buyers`);
  try {
    const file = pathAsTyped(out);
    const servers = { db, sessionKeys };
    await writeBuyers(servers, { count, out: file, dropId }, (total) => (made = total));
    progress.say(`${count} buyers in ${file}`);
    return 0;
  } finally {
    progress.stop();
    await db.destroy();
  }
}
