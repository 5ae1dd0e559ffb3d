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
  /** The buyer's browser sends it with the answer to the bank's challenge. It is all that authorizes this answer. */
  secret: string;
  /** Minor units. 0 with currency XXX for a key that was canceled before any charge came. */
  amount: number;
  currency: string;
  /** Why the last card was not charged, or `canceled`. */
  reason?: string;
  /** Minor units, of all its refunds together. */
  refundedAmount: number;
  /** How many refunds it has. */
  refunds: number;
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

type NewCharge = Omit<CardResult, 'status'> & { status: ChargeStatus };

export type RefundCall = { chargeKey: string; key: string; amount: number };

export type Refunded =
  | { kind: 'refunded'; id: string; amount: number; chargeKey: string; isNew: boolean }
  | { kind: 'not_approved' | 'all_refunded' | 'more_than_charged' | 'key_in_use' };

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
      CREATE TABLE IF NOT EXISTS refunds (
        key TEXT PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        charge_key TEXT NOT NULL REFERENCES charges (key),
        amount INTEGER NOT NULL
      ) STRICT;
      CREATE INDEX IF NOT EXISTS refunds_of_charge ON refunds (charge_key);
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

  /**
   * Records a charge, unless its key is known: then the existing charge is returned, and no card is used.
   * @param result of the card that is used for it; without one it waits for a card
   */
  record(
    request: ChargeRequest,
    result: CardResult = { status: 'open' },
  ): { charge: Charge; isNew: boolean } {
    return this.#insert(request, result);
  }

  byKey(key: string): Charge | undefined {
    const row = this.#prepare(`${selectCharges} WHERE charges.key = ?`).get(key);
    return row === undefined ? undefined : chargeOf(row);
  }

  bySecret(secret: string): Charge | undefined {
    const row = this.#prepare(`${selectCharges} WHERE secret = ?`).get(secret);
    return row === undefined ? undefined : chargeOf(row);
  }

  withPrefix(prefix: string): Charge[] {
    const sql = `${selectCharges} WHERE substr(charges.key, 1, length(?1)) = ?1 ORDER BY charges.rowid`;
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
    const { charge, isNew } = this.#insert(barred, { status: 'canceled', reason: 'canceled' });
    const hasEnded = !isNew && this.#leave(['open', 'challenged', 'pending'], key, 'canceled', 'canceled');
    return { charge: hasEnded ? this.#existing(key) : charge, hasEnded };
  }

  /** Records a refund, unless its key is known: then the first one stays as it is. */
  refund({ chargeKey, key, amount }: RefundCall): Refunded {
    const known = this.#refundOf(key);
    if (known)
      return known.amount === amount && known.chargeKey === chargeKey ? known : { kind: 'key_in_use' };
    const charge = this.byKey(chargeKey);
    if (charge?.status !== 'approved') return { kind: 'not_approved' };
    if (charge.refundedAmount >= charge.amount) return { kind: 'all_refunded' };
    if (charge.refundedAmount + amount > charge.amount) return { kind: 'more_than_charged' };
    const id = `re_${randomUUID()}`;
    this.#prepare('INSERT INTO refunds (key, id, charge_key, amount) VALUES (?, ?, ?, ?)').run(
      key,
      id,
      chargeKey,
      amount,
    );
    return { kind: 'refunded', id, amount, chargeKey, isNew: true };
  }

  #refundOf(key: string): (Refunded & { kind: 'refunded' }) | undefined {
    const row = this.#prepare('SELECT * FROM refunds WHERE key = ?').get(key);
    if (row === undefined) return undefined;
    return {
      kind: 'refunded',
      id: String(row['id']),
      amount: Number(row['amount']),
      chargeKey: String(row['charge_key']),
      isNew: false,
    };
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

  #insert(request: ChargeRequest, { status, reason, dueAt }: NewCharge): { charge: Charge; isNew: boolean } {
    const { key, amount, currency, metadata } = request;
    const fresh = { id: `ch_${randomUUID()}`, secret: `cs_${randomBytes(24).toString('hex')}` };
    const { changes } = this.#prepare(
      `INSERT INTO charges (key, id, secret, status, amount, currency, reason, metadata, due_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (key) DO NOTHING`,
    ).run(
      key,
      fresh.id,
      fresh.secret,
      status,
      amount,
      currency,
      reason ?? null,
      JSON.stringify(metadata ?? null),
      dueAt ?? null,
    );
    if (changes === 0) return { charge: this.#existing(key), isNew: false };
    const charge = { ...fresh, key, status, amount, currency, refundedAmount: 0, refunds: 0 };
    return {
      charge: { ...charge, ...(reason !== undefined && { reason }), metadata: metadata ?? null },
      isNew: true,
    };
  }

  #existing(key: string): Charge {
    const charge = this.byKey(key);
    if (charge === undefined) throw new Error(`charge ${key} vanished`);
    return charge;
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

/** An earlier version refunded charges only as a whole, and wrote that as `refund_id`. */
const selectCharges = `SELECT charges.*,
  (refund_id IS NOT NULL) + (SELECT COUNT(*) FROM refunds WHERE charge_key = charges.key) AS refunds,
  CASE WHEN refund_id IS NOT NULL THEN charges.amount
    ELSE (SELECT COALESCE(SUM(amount), 0) FROM refunds WHERE charge_key = charges.key) END AS refunded_amount
  FROM charges`;

function chargeOf(row: Record<string, SQLOutputValue>): Charge {
  return {
    id: String(row['id']),
    key: String(row['key']),
    secret: String(row['secret']),
    status: String(row['status']) as ChargeStatus,
    amount: Number(row['amount']),
    currency: String(row['currency']),
    ...(row['reason'] === null ? {} : { reason: String(row['reason']) }),
    refundedAmount: Number(row['refunded_amount']),
    refunds: Number(row['refunds']),
    metadata: JSON.parse(String(row['metadata'])),
  };
}
