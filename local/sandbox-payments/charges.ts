import { randomBytes, randomUUID } from 'node:crypto';
import { DatabaseSync, type SQLOutputValue, type StatementSync } from 'node:sqlite';

/**
 * `open`: waits for a card. `challenged`: waits for the buyer's answer to the bank. `pending`: the bank decides.
 * `declined` is read from files of earlier versions only: a declined card leaves its charge open for another one.
 */
export type ChargeStatus = 'open' | 'challenged' | 'pending' | 'approved' | 'declined' | 'canceled';

export type Charge = {
  id: string;
  /** The caller's idempotency key: at most one charge has it. */
  key: string;
  status: ChargeStatus;
  /** For the buyer's browser: whoever has it may answer the bank's challenge. */
  secret: string;
  /** Minor units. 0 with currency XXX for a key that was canceled before any charge came. */
  amount: number;
  currency: string;
  /** Why the last card was not charged, or `canceled`. */
  reason?: string;
  refunded: boolean;
  metadata: unknown;
};

export type ChargeRequest = Pick<Charge, 'key' | 'amount' | 'currency' | 'metadata'>;

/** What the use of a card leads to. */
export type CardResult = {
  status: 'open' | 'challenged' | 'pending' | 'approved';
  reason?: string;
  /** When a pending charge becomes approved. Milliseconds since 1970. */
  dueAt?: number;
};

export type Refund = { id: string; status: 'refunded' };

/** The charges of the sandbox provider. Every change is on disk when the call returns. */
export class Charges {
  readonly #db: DatabaseSync;
  readonly #prepared = new Map<string, StatementSync>();

  /** @param file a path, or `:memory:` */
  constructor(file: string) {
    this.#db = new DatabaseSync(file);
    this.#db.exec(`
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = FULL;
      CREATE TABLE IF NOT EXISTS charges (
        key TEXT PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        status TEXT NOT NULL,
        amount INTEGER NOT NULL,
        currency TEXT NOT NULL,
        reason TEXT,
        metadata TEXT NOT NULL,
        due_at INTEGER,
        refund_id TEXT
      ) STRICT;
    `);
    this.#addSecrets();
  }

  /** Files of earlier versions have charges without a secret. */
  #addSecrets(): void {
    const columns = this.#db.prepare('PRAGMA table_info(charges)').all();
    if (!columns.some(({ name }) => name === 'secret'))
      this.#db.exec('ALTER TABLE charges ADD COLUMN secret TEXT');
    this.#db.exec(`
      UPDATE charges SET secret = 'cs_' || lower(hex(randomblob(24))) WHERE secret IS NULL;
      CREATE UNIQUE INDEX IF NOT EXISTS charges_by_secret ON charges (secret);
    `);
  }

  /** Records a charge that waits for a card, unless its key is known: then the existing charge is returned. */
  record(request: ChargeRequest): Charge {
    return this.#insert(request, 'open').charge;
  }

  byKey(key: string): Charge | undefined {
    const row = this.#prepare('SELECT * FROM charges WHERE key = ?').get(key);
    return row === undefined ? undefined : chargeOf(row);
  }

  bySecret(secret: string): Charge | undefined {
    const row = this.#prepare('SELECT * FROM charges WHERE secret = ?').get(secret);
    return row === undefined ? undefined : chargeOf(row);
  }

  withPrefix(prefix: string): Charge[] {
    const sql = 'SELECT * FROM charges WHERE substr(key, 1, length(?1)) = ?1 ORDER BY rowid';
    return this.#prepare(sql).all(prefix).map(chargeOf);
  }

  /** Charges that wait for approval, with the time when it is due. */
  pending(): { key: string; dueAt: number }[] {
    const rows = this.#prepare(`SELECT key, due_at FROM charges WHERE status = 'pending'`).all();
    return rows.map((row) => ({ key: String(row['key']), dueAt: Number(row['due_at']) }));
  }

  /** Uses a card for a charge that is open or challenged. @returns whether it was. */
  useCard(key: string, { status, reason, dueAt }: CardResult): boolean {
    return this.#leave(['open', 'challenged'], key, status, reason ?? null, dueAt ?? null);
  }

  /** The answer to a challenge: approved, or open for another card. @returns whether it was challenged. */
  answerChallenge(key: string, approve: boolean): boolean {
    if (approve) return this.#leave(['challenged'], key, 'approved', null);
    return this.#leave(['challenged'], key, 'open', 'challenge_refused');
  }

  /** pending -> approved. @returns whether it was pending. */
  approve(key: string): boolean {
    return this.#leave(['pending'], key, 'approved', null);
  }

  /**
   * Cancels a key: it will never have an approved charge, unless it has one now.
   * @returns the charge after that, and whether this call ended a charge that could have become approved
   */
  cancel(key: string): { charge: Charge; hasEnded: boolean } {
    const barred = { key, amount: 0, currency: 'XXX', metadata: null };
    const { isNew } = this.#insert(barred, 'canceled', 'canceled');
    const hasEnded = !isNew && this.#leave(['open', 'challenged', 'pending'], key, 'canceled', 'canceled');
    return { charge: this.#insert(barred, 'canceled').charge, hasEnded };
  }

  /** @returns the charge's only refund, or undefined if there is no approved charge to refund. */
  refund(key: string): { refund: Refund; isNew: boolean } | undefined {
    const { changes } = this.#db
      .prepare(`UPDATE charges SET refund_id = ? WHERE key = ? AND status = 'approved' AND refund_id IS NULL`)
      .run(`re_${randomUUID()}`, key);
    const row = this.#prepare('SELECT refund_id FROM charges WHERE key = ?').get(key);
    if (typeof row?.['refund_id'] !== 'string') return undefined;
    return { refund: { id: row['refund_id'], status: 'refunded' }, isNew: changes === 1 };
  }

  /** Runs `work` as one change: it is on disk as a whole when this returns, or not at all. */
  atOnce<T>(work: () => T): T {
    this.#db.exec('BEGIN');
    try {
      const result = work();
      this.#db.exec('COMMIT');
      return result;
    } catch (error) {
      this.#db.exec('ROLLBACK');
      throw error;
    }
  }

  close(): void {
    this.#db.close();
  }

  #prepare(sql: string): StatementSync {
    let statement = this.#prepared.get(sql);
    if (!statement) this.#prepared.set(sql, (statement = this.#db.prepare(sql)));
    return statement;
  }

  #insert(request: ChargeRequest, status: ChargeStatus, reason: string | null = null) {
    const { key, amount, currency, metadata } = request;
    const { changes } = this.#prepare(
      `INSERT INTO charges (key, id, secret, status, amount, currency, reason, metadata)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (key) DO NOTHING`,
    ).run(
      key,
      `ch_${randomUUID()}`,
      `cs_${randomBytes(24).toString('hex')}`,
      status,
      amount,
      currency,
      reason,
      JSON.stringify(metadata ?? null),
    );
    const charge = this.byKey(key);
    if (charge === undefined) throw new Error(`charge ${key} vanished`);
    return { charge, isNew: changes === 1 };
  }

  /** Changes the status of a charge that has one of these. @returns whether it had. */
  #leave(
    from: readonly ChargeStatus[],
    key: string,
    status: ChargeStatus,
    reason: string | null,
    dueAt: number | null = null,
  ): boolean {
    const sql = `UPDATE charges SET status = ?, reason = ?, due_at = ?
      WHERE key = ? AND status IN (${from.map((each) => `'${each}'`).join(', ')})`;
    return this.#prepare(sql).run(status, reason, dueAt, key).changes === 1;
  }
}

function chargeOf(row: Record<string, SQLOutputValue>): Charge {
  return {
    id: String(row['id']),
    key: String(row['key']),
    secret: String(row['secret']),
    status: String(row['status']) as ChargeStatus,
    amount: Number(row['amount']),
    currency: String(row['currency']),
    ...(row['reason'] === null ? {} : { reason: String(row['reason']) }),
    refunded: row['refund_id'] !== null,
    metadata: JSON.parse(String(row['metadata'])),
  };
}
