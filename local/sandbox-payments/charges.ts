import { randomUUID } from 'node:crypto';
import { DatabaseSync, type SQLOutputValue, type StatementSync } from 'node:sqlite';

export type ChargeStatus = 'pending' | 'approved' | 'declined' | 'canceled';

export type Charge = {
  id: string;
  /** The caller's idempotency key: at most one charge has it. */
  key: string;
  status: ChargeStatus;
  /** Minor units. 0 with currency XXX for a key that was canceled before any charge came. */
  amount: number;
  currency: string;
  reason?: string;
  refunded: boolean;
  metadata: unknown;
};

export type ChargeRequest = Pick<Charge, 'key' | 'amount' | 'currency' | 'metadata'> & {
  status: ChargeStatus;
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
  }

  /** Records a charge, unless its key is known: then the first charge stays as it is. */
  record(request: ChargeRequest): { charge: Charge; isNew: boolean } {
    const { key, amount, currency, status, reason = null, dueAt = null, metadata } = request;
    const { changes } = this.#prepare(
      `INSERT INTO charges (key, id, status, amount, currency, reason, metadata, due_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (key) DO NOTHING`,
    ).run(
      key,
      `ch_${randomUUID()}`,
      status,
      amount,
      currency,
      reason,
      JSON.stringify(metadata ?? null),
      dueAt,
    );
    const charge = this.byKey(key);
    if (charge === undefined) throw new Error(`charge ${key} vanished`);
    return { charge, isNew: changes === 1 };
  }

  byKey(key: string): Charge | undefined {
    const row = this.#prepare('SELECT * FROM charges WHERE key = ?').get(key);
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

  /** pending -> approved. @returns whether it was pending. */
  approve(key: string): boolean {
    return this.#leavePending(key, 'approved', null);
  }

  /** Cancels a key: it will never have an approved charge, unless it has one now. @returns the charge after that. */
  cancel(key: string): Charge {
    const charge = { key, amount: 0, currency: 'XXX', metadata: null, status: 'canceled' } as const;
    const { isNew } = this.record({ ...charge, reason: 'canceled' });
    if (!isNew) this.#leavePending(key, 'canceled', 'canceled');
    return this.record(charge).charge;
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

  close(): void {
    this.#db.close();
  }

  #prepare(sql: string): StatementSync {
    let statement = this.#prepared.get(sql);
    if (!statement) this.#prepared.set(sql, (statement = this.#db.prepare(sql)));
    return statement;
  }

  #leavePending(key: string, status: ChargeStatus, reason: string | null): boolean {
    const sql = `UPDATE charges SET status = ?, reason = ?, due_at = NULL WHERE key = ? AND status = 'pending'`;
    return this.#prepare(sql).run(status, reason, key).changes === 1;
  }
}

function chargeOf(row: Record<string, SQLOutputValue>): Charge {
  return {
    id: String(row['id']),
    key: String(row['key']),
    status: String(row['status']) as ChargeStatus,
    amount: Number(row['amount']),
    currency: String(row['currency']),
    ...(row['reason'] === null ? {} : { reason: String(row['reason']) }),
    refunded: row['refund_id'] !== null,
    metadata: JSON.parse(String(row['metadata'])),
  };
}
