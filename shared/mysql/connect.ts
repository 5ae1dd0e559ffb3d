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
 * `work` must not touch anything but the transaction, unless that is safe to repeat.
 *
 * READ COMMITTED: what it finds is locked, and no gap beside it, into which checkouts of other buyers insert. So it
 * must not count on a second look finding what the first one found: what must not change meanwhile is locked by row.
 */
export function transact<T>(db: Database, work: (trx: Knex.Transaction) => Promise<T>): Promise<T> {
  return retried(db, () => db.transaction(work, { isolationLevel: 'read committed' }));
}

const mostTries = 6;

/**
 * Runs one writing statement, again when MySQL ended it for the sake of another one: it has changed nothing then.
 * Within a transaction it is run once, since the transaction has ended with it and is to be run again.
 */
export async function retried<T>(db: Database, write: () => PromiseLike<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await write();
    } catch (error) {
      if (!isEndedForAnother(error) || attempt >= mostTries || db.isTransaction === true) throw error;
      // Those who were in each other's way do not all come back at once.
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 2 ** attempt));
    }
  }
}

/** The last one is MariaDB's word for a row that changed under a snapshot. */
const endedForAnother = new Set(['ER_LOCK_DEADLOCK', 'ER_LOCK_WAIT_TIMEOUT', 'ER_CHECKREAD']);

function isEndedForAnother(error: unknown): boolean {
  return endedForAnother.has(codeOf(error));
}

/**
 * Whether a write that failed has certainly changed nothing: it was never sent, or MySQL answered that it refused it.
 * A connection that was lost, or a server that was stopped, may have taken it all the same.
 */
export function isCertainlyUnwritten(error: unknown): boolean {
  const { name, syscall, sqlState } = Object(error) as { name?: string; syscall?: string; sqlState?: string };
  // No connection was to be had in time, or none could be made.
  if (name === 'KnexTimeoutError' || syscall === 'connect') return true;
  // 08: the connection; 70: interrupted.
  return sqlState !== undefined && !/^(08|70)/.test(sqlState) && codeOf(error) !== 'ER_ERROR_DURING_COMMIT';
}

function codeOf(error: unknown): string {
  return (Object(error) as { code?: string }).code ?? '';
}
