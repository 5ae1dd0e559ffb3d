/** A payment attempt as stored in MySQL. It is written before the provider is asked, so no attempt is ever lost. */
import { isDuplicateKey, retried, type Database } from '../../shared/mysql/connect.ts';
import type { Place } from '../../shared/inventory/keys.ts';
import { following } from '../http/cursor.ts';
import { chargeKey, type Charge, type Payout } from '../payments/provider.ts';

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
  /** The provider's id of the charge, once known. */
  ref?: string | undefined;
  /** Until when it may stay open. Milliseconds since 1970. */
  payBy: number;
  /** When a card was last sent to the provider, and its fingerprint. Seats that cost nothing have the time alone. */
  confirmedAt?: Date | undefined;
  card?: string | undefined;
  /** Where the money goes: decided when it was begun, and a refund takes it from there. */
  payout?: Payout | undefined;
  /** The provider's id of the transfer to that account, once the provider has named it. */
  transfer?: string | undefined;
};

/** An attempt that is not written yet. `askAt`: when a provider that cannot cancel is first asked about it after its end. */
export type NewAttempt = PaymentAttempt & { askAt?: number | undefined };

/** A new attempt, with an id of the request that begins it. */
export type BegunAttempt = NewAttempt & { begunBy: string };

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
  /** While pending: the id of the request that began it. */
  reason: string | null;
  updated_at: Date;
  pay_by: Date;
  confirmed_at: Date | null;
  card: string | null;
  ask_at: Date | null;
  payout_account: string | null;
  payout_fee: number | null;
  payout_transfer: string | null;
};

const table = (db: Database) => db<Row>('payment_attempts');

/** Inserts all attempts or none. @throws a duplicate-key error if one exists (see isDuplicateKey) */
export async function insertAttempts(
  db: Database,
  attempts: readonly (NewAttempt & { reason?: string })[],
): Promise<void> {
  await table(db).insert(
    attempts.toSorted(byKey).map(({ place, holdId, buyerId, seats, ref, reason, ...as }) => ({
      hold_id: holdId,
      attempt: as.attempt,
      drop_id: place.dropId,
      partition: place.partition,
      user_id: buyerId,
      seats: seats.join(','),
      provider: as.provider,
      provider_ref: ref ?? null,
      amount: as.amount,
      currency: as.currency,
      status: as.status,
      pay_by: new Date(as.payBy),
      confirmed_at: as.confirmedAt ?? null,
      card: as.card ?? null,
      ask_at: as.askAt === undefined ? null : new Date(as.askAt),
      reason: reason ?? null,
      payout_account: as.payout?.account ?? null,
      payout_fee: as.payout?.fee ?? null,
    })),
  );
}

export type AttemptId = Pick<PaymentAttempt, 'holdId' | 'attempt'>;

/** Order in which attempts are written and locked everywhere, so that no two groups wait for each other. */
export function byKey(one: AttemptId, other: AttemptId): number {
  if (one.holdId !== other.holdId) return one.holdId < other.holdId ? -1 : 1;
  return one.attempt - other.attempt;
}

/** Returns the attempts in the order of `ids`. Equal ids get the same object. */
export async function findAttempts(
  db: Database,
  ids: readonly AttemptId[],
): Promise<(PaymentAttempt | undefined)[]> {
  return inOrder(ids, await selectByIds(db, ids));
}

export async function findAttempt(db: Database, id: AttemptId): Promise<PaymentAttempt | undefined> {
  const [attempt] = await findAttempts(db, [id]);
  return attempt;
}

/** Like findAttempts, and locks the attempts until the transaction ends. */
export async function lockAttempts(
  trx: Database,
  ids: readonly AttemptId[],
): Promise<(PaymentAttempt | undefined)[]> {
  // Locks in the order of byKey.
  return inOrder(ids, await selectByIds(trx, ids).orderBy(['hold_id', 'attempt']).forUpdate());
}

/** Selects by primary key only, so that no other row is read or locked. */
const selectByIds = (db: Database, ids: readonly AttemptId[]) =>
  table(db).where((any) => {
    for (const { holdId, attempt } of ids) void any.orWhere({ hold_id: holdId, attempt });
  });

function inOrder(ids: readonly AttemptId[], rows: readonly Row[]): (PaymentAttempt | undefined)[] {
  const found = new Map(rows.map((row) => [chargeKey(row.hold_id, row.attempt), toAttempt(row)]));
  return ids.map(({ holdId, attempt }) => found.get(chargeKey(holdId, attempt)));
}

/** Approves attempts that the transaction has locked. */
export async function approveAttempts(
  trx: Database,
  paid: readonly { attempt: AttemptId; ref: string | undefined }[],
): Promise<void> {
  const ids = paid.map(({ attempt }) => attempt);
  const refs = paid.flatMap(({ attempt: { holdId, attempt }, ref }) => [holdId, attempt, ref ?? null]);
  await selectByIds(trx, ids).update({
    status: 'approved',
    reason: null,
    updated_at: new Date(),
    provider_ref: trx.raw(`case ${'when hold_id = ? and attempt = ? then ? '.repeat(paid.length)}end`, refs),
  });
}

/** `updatedAt`: time of the last change of status. */
export type OpenAttempt = PaymentAttempt & { updatedAt: Date };

/** Which attempts are meant; all times in milliseconds since 1970. */
export type AttemptFilter = {
  status: AttemptStatus;
  /** In this status since then at least. */
  since?: number;
  /** Those whose time to pay was over at that moment, and all of drops that were cancelled. */
  overAt?: number;
  /** Those that may still be paid at that moment, for which a card was sent to the provider at `sentBefore` at latest. */
  sent?: { openAt: number; sentBefore: number };
};

/** A page of attempts, those that have had their status longest first. */
export async function attemptsIn(
  db: Database,
  { status, since, overAt, sent }: AttemptFilter,
  after: OpenAttempt | undefined,
  limit: number,
): Promise<OpenAttempt[]> {
  const query = table(db).where({ status }).orderBy(['updated_at', 'hold_id', 'attempt']).limit(limit);
  if (since !== undefined) void query.where('updated_at', '<=', new Date(since));
  if (overAt !== undefined) {
    const cancelled = db('drops')
      .whereRaw('drops.id = payment_attempts.drop_id')
      .whereNotNull('cancelled_at')
      .select('id');
    void query.where((any) => void any.where('pay_by', '<=', new Date(overAt)).orWhereExists(cancelled));
  }
  if (sent) {
    void query
      .where('pay_by', '>', new Date(sent.openAt))
      .where('confirmed_at', '<=', new Date(sent.sentBefore));
  }
  if (after) {
    const { updatedAt, holdId, attempt } = after;
    following('asc', { updated_at: updatedAt, hold_id: holdId, attempt })(query);
  }
  const rows: Row[] = await query;
  return rows.map((row) => ({ ...toAttempt(row), updatedAt: row.updated_at }));
}

/** `askAt`: when the provider was to be asked about it again: whether it was paid late, and whether a refund failed. */
export type AskedAttempt = PaymentAttempt & { askAt: Date };

/** A page of attempts about which the provider is to be asked again, the first ones first. */
export async function attemptsToAskAgain(
  db: Database,
  provider: string,
  at: number,
  after: AskedAttempt | undefined,
  limit: number,
): Promise<AskedAttempt[]> {
  const order = ['ask_at', 'hold_id', 'attempt'];
  const query = table(db).where({ provider }).where('ask_at', '<=', new Date(at)).orderBy(order).limit(limit);
  if (after) {
    const { askAt, holdId, attempt } = after;
    following('asc', { ask_at: askAt, hold_id: holdId, attempt })(query);
  }
  const rows: Row[] = await query;
  return rows.map((row) => ({ ...toAttempt(row), askAt: row.ask_at! }));
}

/** `next`: when to ask again; undefined for never. Does nothing if another process has asked meanwhile. */
export async function askAgainAt(
  db: Database,
  { holdId, attempt, askAt }: AskedAttempt,
  next?: number,
): Promise<void> {
  await retried(db, () =>
    table(db)
      .where({ hold_id: holdId, attempt, ask_at: askAt })
      .update({ ask_at: next === undefined ? null : new Date(next) }),
  );
}

/**
 * Has the provider asked about an attempt at `at` at latest. The column always gets another value, so that a process
 * which is asking right now, and does not know the reason of this, does not overwrite it.
 */
export async function askAgainBy(db: Database, { holdId, attempt }: AttemptId, at: number): Promise<void> {
  await retried(db, () =>
    table(db)
      .where({ hold_id: holdId, attempt })
      .update({ ask_at: db.raw(earlier, [new Date(at), new Date(at)]) }),
  );
}

const earlier = 'least(coalesce(ask_at - interval 1000 microsecond, ?), ?)';

/** Changes the status of an attempt; false if it is no longer in `from`. */
export async function moveAttempt(
  db: Database,
  id: AttemptId,
  from: AttemptStatus,
  to: AttemptStatus,
  facts: { ref?: string | undefined; reason?: string } = {},
): Promise<boolean> {
  const changed = await retried(db, () =>
    table(db)
      .where({ hold_id: id.holdId, attempt: id.attempt, status: from })
      .update({
        status: to,
        updated_at: new Date(),
        ...(facts.ref === undefined ? {} : { provider_ref: facts.ref }),
        ...(facts.reason === undefined ? {} : { reason: facts.reason.slice(0, 100) }),
      }),
  );
  return changed === 1;
}

/** Closes an attempt that the provider was not asked about yet; only the request that began it can know that. */
export async function abandonOwn(db: Database, { holdId, attempt, begunBy }: BegunAttempt): Promise<void> {
  await retried(db, () =>
    table(db)
      .where({ hold_id: holdId, attempt, status: 'pending', reason: begunBy })
      .update({ status: 'declined', updated_at: new Date(), reason: abandoned }),
  );
}

/**
 * Inserts the attempt as abandoned; false if it exists. If the request that began it is still running, it cannot go
 * on.
 */
export async function insertAbandoned(db: Database, attempt: PaymentAttempt): Promise<boolean> {
  try {
    await retried(db, () => insertAttempts(db, [{ ...attempt, status: 'declined', reason: abandoned }]));
    return true;
  } catch (error) {
    if (isDuplicateKey(error)) return false;
    throw error;
  }
}

/** Reason of attempts that the provider was never asked about and never will be. */
const abandoned = 'abandoned';

/**
 * Notes that a card is about to be sent to the provider. Undefined if nothing may be charged any more: the attempt is
 * settled, or its time to pay is over.
 */
export async function noteCard(
  db: Database,
  id: AttemptId,
  card: string | undefined,
): Promise<{ confirmedAt: Date; card: string | undefined } | undefined> {
  const now = new Date();
  const changed = await retried(db, () =>
    table(db)
      .where({ hold_id: id.holdId, attempt: id.attempt, status: 'pending' })
      .where('pay_by', '>', now)
      .update({ confirmed_at: now, card: card ?? null }),
  );
  return changed === 1 ? { confirmedAt: now, card } : undefined;
}

/** The attempt whose charge has this id of the provider. */
export async function findAttemptByRef(
  db: Database,
  provider: string,
  ref: string,
): Promise<PaymentAttempt | undefined> {
  const row = await table(db).where({ provider_ref: ref, provider }).first();
  return row && toAttempt(row);
}

/** The attempt of a hold that waits for its buyer or for the provider, if there is one. */
export async function findOpenAttempt(db: Database, holdId: string): Promise<PaymentAttempt | undefined> {
  const row = await table(db)
    .where({ hold_id: holdId, status: 'pending' })
    .orderBy('attempt', 'desc')
    .first();
  return row && toAttempt(row);
}

/** Writes the provider's id of a charge before any money moves; false if the attempt is no longer open. */
export async function rememberRef(db: Database, id: AttemptId, ref: string): Promise<boolean> {
  const changed = await retried(db, () =>
    table(db)
      .where({ hold_id: id.holdId, attempt: id.attempt, status: 'pending' })
      .update({ provider_ref: ref }),
  );
  return changed === 1;
}

/** A charge has one transfer, so it does not matter who writes its id, and how often. */
export async function rememberTransfer(db: Database, id: AttemptId, transfer: string): Promise<void> {
  await retried(db, () =>
    table(db).where({ hold_id: id.holdId, attempt: id.attempt }).update({ payout_transfer: transfer }),
  );
}

/** Whether a hold was charged without becoming an order, so that its money is refunded. */
export async function chargedInVain(db: Database, holdId: string): Promise<boolean> {
  const row: unknown = await table(db)
    .where({ hold_id: holdId })
    .whereIn('status', ['refund_due', 'refunded'])
    .first('attempt');
  return row !== undefined;
}

/** The charge as the payment provider is asked about it. */
export function chargeOf({ holdId, attempt, ...facts }: PaymentAttempt): Charge {
  const { ref, amount, currency, buyerId, payBy, payout } = facts;
  return {
    key: chargeKey(holdId, attempt),
    ref,
    amount,
    currency,
    buyerId,
    payBy,
    ...(payout && { payout }),
  };
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
    payBy: row.pay_by.getTime(),
    confirmedAt: row.confirmed_at ?? undefined,
    card: row.card ?? undefined,
    ...(row.payout_account !== null && {
      payout: { account: row.payout_account, fee: row.payout_fee ?? 0 },
    }),
    transfer: row.payout_transfer ?? undefined,
  };
}
