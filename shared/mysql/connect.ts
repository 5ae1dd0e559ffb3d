import knex, { type Knex } from 'knex';

export type Database = Knex;

/**
 * A pool of connections. Times are UTC both ways and money is integers, so that what is read is what was written.
 * `max` is connections of this process, `waitMs` the wait for one.
 */
export function connectMysql(url: string, { max = 10, waitMs = 5_000 } = {}): Database {
  const { hostname, port, username, password, pathname } = new URL(url);
  return knex({
    client: 'mysql2',
    connection: {
      host: hostname,
      port: Number(port || 3306),
      user: decodeURIComponent(username),
      password: decodeURIComponent(password),
      database: pathname.slice(1),
      charset: 'utf8mb4',
      timezone: 'Z',
      connectTimeout: waitMs,
      supportBigNumbers: true,
    },
    pool: { min: 0, max },
    acquireConnectionTimeout: waitMs,
    // knex would print what it also throws, past our structured log.
    log: { warn: unsaid, error: unsaid, deprecate: unsaid, debug: unsaid },
  });
}

function unsaid(): void {}

export async function mysqlReady(db: Database): Promise<boolean> {
  await db.raw('select 1');
  return true;
}

/** Whether `error` says that a unique key (the named one, if given) has the value already. */
export function isDuplicateKey(error: unknown, key?: string): boolean {
  const { code, sqlMessage = '' } = (error ?? {}) as { code?: string; sqlMessage?: string };
  return code === 'ER_DUP_ENTRY' && (key === undefined || sqlMessage.includes(key));
}

/**
 * Runs a transaction, again from the start when MySQL ended it for the sake of another one (deadlock, lock wait).
 * `work` must not touch anything but the transaction.
 */
export async function transact<T>(db: Database, work: (trx: Knex.Transaction) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await db.transaction(work);
    } catch (error) {
      const { code } = error as { code?: string };
      const again = code === 'ER_LOCK_DEADLOCK' || code === 'ER_LOCK_WAIT_TIMEOUT';
      if (!again || attempt >= 5) throw error;
    }
  }
}
