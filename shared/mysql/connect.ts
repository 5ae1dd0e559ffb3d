import knex, { type Knex } from 'knex';

export type Database = Knex;

/**
 * Creates a pool of connections. Times are UTC in both directions and money is integers, so that values are read as
 * they were written. `max`: connections of this process. `waitMs`: milliseconds to wait for a connection.
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
    // knex prints errors that it also throws, which would bypass the structured log.
    log: { warn: ignore, error: ignore, deprecate: ignore, debug: ignore },
  });
}

function ignore(): void {}

export async function mysqlReady(db: Database): Promise<boolean> {
  await db.raw('select 1');
  return true;
}

/** Whether `error` is a violation of a unique key (of the named one, if given). */
export function isDuplicateKey(error: unknown, key?: string): boolean {
  const { code, sqlMessage = '' } = (error ?? {}) as { code?: string; sqlMessage?: string };
  return code === 'ER_DUP_ENTRY' && (key === undefined || sqlMessage.includes(key));
}

/**
 * Runs a transaction, and repeats it from the start if MySQL aborted it because of another one (deadlock, lock wait).
 * `work` must not change anything outside the transaction unless that is safe to repeat.
 *
 * The isolation level is READ COMMITTED: it locks the rows that a statement finds, but not the gaps between them, into
 * which checkouts of other buyers insert. Therefore a second read may find something else than the first one; rows that
 * must not change meanwhile have to be locked.
 */
export function transact<T>(db: Database, work: (trx: Knex.Transaction) => Promise<T>): Promise<T> {
  return retried(db, () => db.transaction(work, { isolationLevel: 'read committed' }));
}

const maxTries = 6;

/**
 * Runs one writing statement, and repeats it if MySQL aborted it because of another transaction, since it has changed
 * nothing then. Within a transaction it is not repeated: the whole transaction was aborted and has to be repeated.
 */
export async function retried<T>(db: Database, write: () => PromiseLike<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await write();
    } catch (error) {
      if (!isTransactionConflict(error) || attempt >= maxTries || db.isTransaction === true) throw error;
      // A random pause, so that conflicting transactions are not repeated at the same moment.
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 2 ** attempt));
    }
  }
}

/** ER_CHECKREAD is MariaDB's error for a row that changed since the snapshot was taken. */
const conflictCodes = new Set(['ER_LOCK_DEADLOCK', 'ER_LOCK_WAIT_TIMEOUT', 'ER_CHECKREAD']);

function isTransactionConflict(error: unknown): boolean {
  return conflictCodes.has(codeOf(error));
}

/**
 * Whether a failed write has certainly changed nothing: it was never sent, or MySQL refused it. After a lost connection
 * or a stop of the server the write may have happened.
 */
export function isCertainlyUnwritten(error: unknown): boolean {
  const { name, syscall, sqlState } = Object(error) as { name?: string; syscall?: string; sqlState?: string };
  // No connection became free in time, or none could be opened.
  if (name === 'KnexTimeoutError' || syscall === 'connect') return true;
  // Classes of SQLSTATE: 08 connection error, 70 interrupted.
  return sqlState !== undefined && !/^(08|70)/.test(sqlState) && codeOf(error) !== 'ER_ERROR_DURING_COMMIT';
}

function codeOf(error: unknown): string {
  return (Object(error) as { code?: string }).code ?? '';
}
