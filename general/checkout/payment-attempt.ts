/** A payment attempt as MySQL has it. It is written before the provider is asked, so none is ever forgotten. */
import type { Database } from '../../shared/mysql/connect.ts';
import type { Place } from '../../shared/inventory/keys.ts';
import { chargeKey, type Charge } from '../payments/provider.ts';

export type AttemptStatus = 'pending' | 'approved' | 'declined' | 'refund_due' | 'refunded';

export type PaymentAttempt = {
  holdId: string;
  attempt: number;
  place: Place;
  buyerId: number;
  seats: string[];
  provider: string;
  amount: number;
  currency: string;
  status: AttemptStatus;
  /** The provider's name for the charge, once known. */
  ref?: string | undefined;
};

type Row = {
  hold_id: string;
  attempt: number;
  drop_id: number;
  partition: number;
  user_id: number;
  seats: string;
  provider: string;
  amount: number;
  currency: string;
  status: AttemptStatus;
  provider_ref: string | null;
  reason: string | null;
  updated_at: Date;
};

const table = (db: Database) => db<Row>('payment_attempts');

/** All of them or none. @throws a duplicate-key error when one exists, as isDuplicateKey tells */
export async function insertAttempts(
  db: Database,
  attempts: readonly PaymentAttempt[],
  reason: string | null = null,
): Promise<void> {
  await table(db).insert(
    attempts.map(({ place, holdId, buyerId, seats, ref, ...rest }) => ({
      ...rest,
      provider_ref: ref ?? null,
      hold_id: holdId,
      drop_id: place.dropId,
      partition: place.partition,
      user_id: buyerId,
      seats: seats.join(','),
      reason,
    })),
  );
}

export type AttemptId = Pick<PaymentAttempt, 'holdId' | 'attempt'>;

/** In the order asked for. One and the same object for one and the same attempt. */
export async function findAttempts(
  db: Database,
  ids: readonly AttemptId[],
): Promise<(PaymentAttempt | undefined)[]> {
  return inOrder(ids, await these(db, ids));
}

export async function findAttempt(db: Database, id: AttemptId): Promise<PaymentAttempt | undefined> {
  const [attempt] = await findAttempts(db, [id]);
  return attempt;
}

/** As findAttempts, and nobody else can move them before the transaction is over. */
export async function lockAttempts(
  trx: Database,
  ids: readonly AttemptId[],
): Promise<(PaymentAttempt | undefined)[]> {
  // In one order for everybody, so that no two wait for each other.
  return inOrder(ids, await these(trx, ids).orderBy(['hold_id', 'attempt']).forUpdate());
}

/** By primary key and nothing else, so that no other row is looked at, or locked. */
const these = (db: Database, ids: readonly AttemptId[]) =>
  table(db).where((any) => {
    for (const { holdId, attempt } of ids) void any.orWhere({ hold_id: holdId, attempt });
  });

function inOrder(ids: readonly AttemptId[], rows: readonly Row[]): (PaymentAttempt | undefined)[] {
  const found = new Map(rows.map((row) => [chargeKey(row.hold_id, row.attempt), toAttempt(row)]));
  return ids.map(({ holdId, attempt }) => found.get(chargeKey(holdId, attempt)));
}

/** Moves attempts on that the transaction has locked. */
export async function approveAttempts(
  trx: Database,
  paid: readonly { attempt: AttemptId; ref: string }[],
): Promise<void> {
  const ids = paid.map(({ attempt }) => attempt);
  const refs = paid.flatMap(({ attempt: { holdId, attempt }, ref }) => [holdId, attempt, ref]);
  await these(trx, ids).update({
    status: 'approved',
    updated_at: new Date(),
    provider_ref: trx.raw(`case ${'when hold_id = ? and attempt = ? then ? '.repeat(paid.length)}end`, refs),
  });
}

/** `updatedAt`: since when it is in its status. */
export type OpenAttempt = PaymentAttempt & { updatedAt: Date };

/** Attempts in a status for this long or longer, and shorter than that; the oldest first, page by page. */
export async function attemptsIn(
  db: Database,
  status: AttemptStatus,
  { atLeastMs, lessThanMs }: { atLeastMs: number; lessThanMs?: number },
  after: OpenAttempt | undefined,
  limit: number,
): Promise<OpenAttempt[]> {
  const now = Date.now();
  const query = table(db)
    .where({ status })
    .where('updated_at', '<=', new Date(now - atLeastMs))
    .orderBy(['updated_at', 'hold_id', 'attempt'])
    .limit(limit);
  if (lessThanMs !== undefined) void query.where('updated_at', '>', new Date(now - lessThanMs));
  if (after) {
    const { updatedAt, holdId, attempt } = after;
    // The first is what the index is searched by.
    void query
      .where('updated_at', '>=', updatedAt)
      .whereRaw('(updated_at, hold_id, attempt) > (?, ?, ?)', [updatedAt, holdId, attempt]);
  }
  const rows: Row[] = await query;
  return rows.map((row) => ({ ...toAttempt(row), updatedAt: row.updated_at }));
}

/** Moves an attempt on; false when it is no longer in `from`. */
export async function moveAttempt(
  db: Database,
  id: AttemptId,
  from: AttemptStatus,
  to: AttemptStatus,
  facts: { ref?: string; reason?: string } = {},
): Promise<boolean> {
  const changed = await table(db)
    .where({ hold_id: id.holdId, attempt: id.attempt, status: from })
    .update({
      status: to,
      updated_at: new Date(),
      ...(facts.ref === undefined ? {} : { provider_ref: facts.ref }),
      ...(facts.reason === undefined ? {} : { reason: facts.reason.slice(0, 100) }),
    });
  return changed === 1;
}

/** Notes the provider's name for a charge, before money moves; false when the attempt is no longer open. */
export async function rememberRef(db: Database, id: AttemptId, ref: string): Promise<boolean> {
  const changed = await table(db)
    .where({ hold_id: id.holdId, attempt: id.attempt, status: 'pending' })
    .update({ provider_ref: ref });
  return changed === 1;
}

/** Whether a hold was charged and got no order for it, so that its money goes back. */
export async function chargedInVain(db: Database, holdId: string): Promise<boolean> {
  const row: unknown = await table(db)
    .where({ hold_id: holdId })
    .whereIn('status', ['refund_due', 'refunded'])
    .first('attempt');
  return row !== undefined;
}

/** As the payment provider is asked about it. */
export function chargeOf({ holdId, attempt, ref, amount, currency }: PaymentAttempt): Charge {
  return { key: chargeKey(holdId, attempt), ref, amount, currency };
}

function toAttempt(row: Row): PaymentAttempt {
  const { hold_id, drop_id, partition, user_id, seats, attempt, provider, amount, currency, status } = row;
  return {
    holdId: hold_id,
    attempt,
    place: { dropId: drop_id, partition },
    buyerId: user_id,
    seats: seats.split(','),
    provider,
    amount,
    currency,
    status,
    ref: row.provider_ref ?? undefined,
  };
}
