/**
 * Ages a system: fills it with ended drops, and with payments and refunds that can never be completed. The rows are
 * inserted into MySQL and the seats changed by the inventory's scripts, many at a time.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { loadDrops, type Drop } from '../../../shared/drops/drop.ts';
import { newBatchId } from '../../../shared/inventory/entry-id.ts';
import type { NewHold } from '../../../shared/inventory/hold.ts';
import type { Inventory } from '../../../shared/inventory/inventory.ts';
import { places } from '../../../shared/inventory/keys.ts';
import { rowsOf } from '../../../shared/inventory/layout.ts';
import type { Report } from '../../../proof/violation.ts';
import type { Database } from '../../../shared/mysql/connect.ts';
import { inPortions } from '../../buyer/in-portions.ts';

export type AgeDeps = { db: Database; inventory: Inventory; say: (line: string) => void };

export type Age = { endedDrops: number; stuckPayments: number; stuckRefunds: number };

const defaultAge: Age = { endedDrops: 1_000, stuckPayments: 300, stuckRefunds: 300 };

/** Number of ended drops that had standby when they closed, and buyers in that standby. */
const dropsWithStandby = 100;
const standby = 5;
/** Scripts in flight, rows per insert, entries per batch, and seats per row. */
const width = 32;
const portion = 500;
const batchSize = 100;
const seatsPerRow = 50;

/** A provider that no tier has configured, so the result of its charges can never be queried. */
const retired = { provider: 'retired', currency: 'EUR', amount: 4500 };

/**
 * Resolves when everything is inserted and the system has ended the drops, as far as it can.
 * @returns a check to run afterwards: every drop is ended, and stuck payments and refunds are still undecided
 */
export async function ageTheSystem(
  deps: AgeDeps,
  age: Age = defaultAge,
): Promise<(report: Report) => Promise<void>> {
  const { db, say } = deps;
  const users = await makeUsers(db, Math.max(age.stuckPayments, age.stuckRefunds, 1 + standby));
  const closedDrops = await makeClosedDrops(deps, age.endedDrops, users);
  const unpaid = await stickPayments(deps, users.slice(0, age.stuckPayments));
  const unrefunded = await stickRefunds(deps, users.slice(0, age.stuckRefunds));
  say(
    `${age.endedDrops} ended drops, ${age.stuckPayments} stuck payments, ${age.stuckRefunds} stuck refunds`,
  );
  await untilEnded(db, closedDrops);

  return async (report) => {
    const open = await unended(db, closedDrops);
    if (open.length > 0) report('5 holds end', `${open.length} closed drops did not end`, open.slice(0, 5));
    const count = async (table: string, where: object) =>
      Number((await db(table).where(where).count({ count: '*' }).first())?.['count']);
    const stuck = {
      payments: await count('payment_attempts', { drop_id: unpaid, status: 'pending' }),
      refunds: await count('orders', { drop_id: unrefunded, status: 'refund_due' }),
    };
    if (stuck.payments !== age.stuckPayments || stuck.refunds !== age.stuckRefunds)
      report('5 money', 'payments or refunds were decided although their result cannot be known', stuck);
  };
}

/**
 * Makes closed drops, at least one of them with standby, and resolves when the system has ended them. Their keys in
 * Redis are deleted by then, because a drop ends after its ledger is archived.
 * @throws if a drop did not end
 */
export async function endDrops(deps: AgeDeps, count: number): Promise<void> {
  const { db } = deps;
  const closedDrops = await makeClosedDrops(deps, count, await makeUsers(db, 1 + standby));
  await untilEnded(db, closedDrops);
  const open = await unended(db, closedDrops);
  if (open.length > 0) throw new Error(`${open.length} of ${count} closed drops did not end`);
}

function unended(db: Database, drops: readonly number[]): Promise<{ id: number }[]> {
  return db('drops').whereIn('id', drops).whereNull('sale_ended_at').select('id');
}

/** Waits as long as at least one drop ends per minute, since machines differ in speed. */
async function untilEnded(db: Database, drops: readonly number[]): Promise<void> {
  for (let open = Infinity, idleSeconds = 0; idleSeconds < 60 && open > 0;) {
    const nowOpen = (await unended(db, drops)).length;
    idleSeconds = nowOpen < open ? 0 : idleSeconds + 1;
    open = nowOpen;
    await sleep(1_000);
  }
}

/** Limit for a refund of this drop; far more than one round of the duty. */
const refundWithinSeconds = 60;

/**
 * Checks that refunds interrupted by a crash complete soon, although others are stuck. It changes the drop, so it
 * must be the last check.
 */
export async function checkRefundsGoOn({ db }: AgeDeps, drop: Drop, report: Report): Promise<void> {
  const paid: { id: string }[] = await db('orders')
    .where({ drop_id: drop.id, status: 'paid' })
    .limit(10)
    .select('id');
  const ids = paid.map(({ id }) => id);
  await db('orders').whereIn('id', ids).update({ status: 'refund_due', updated_at: new Date() });
  const since = performance.now();
  const unfinished = () =>
    db('orders')
      .whereIn('id', ids)
      .where((query) => void query.whereNot({ status: 'refunded' }).orWhereNull('reopened_at'))
      .select('id', 'status', 'reopened_at') as Promise<object[]>;
  let open = await unfinished();
  while (open.length > 0 && performance.now() - since < refundWithinSeconds * 1_000) {
    await sleep(500);
    open = await unfinished();
  }
  if (ids.length === 0) report('5 money', 'there was no order to refund', {});
  if (open.length > 0)
    report('5 money', `refunds take longer than ${refundWithinSeconds} s behind stuck ones`, open);
}

/** Limit for settling an attempt of this drop: a minute until it is given up, plus time for the duty. */
const settledWithinSeconds = 180;

/** Checks that no payment of this drop was undecided for long. */
export async function checkPaymentsWentOn({ db }: AgeDeps, drop: Drop, report: Report): Promise<void> {
  const late: object[] = await db('payment_attempts')
    .where({ drop_id: drop.id })
    .whereIn('status', ['approved', 'declined'])
    .whereRaw('timestampdiff(second, created_at, updated_at) > ?', [settledWithinSeconds])
    .select('hold_id', 'attempt', 'created_at', 'updated_at');
  if (late.length > 0)
    report(
      '5 money',
      `${late.length} payments were undecided for more than ${settledWithinSeconds} s`,
      late.slice(0, 5),
    );
}

async function makeUsers(db: Database, count: number): Promise<number[]> {
  const name = `aged-${newBatchId()}`;
  const rows = Array.from({ length: count }, (_, at) => ({
    email: `${name}-${at}@seatdrop.test`,
    name: 'Aged',
    password_hash: 'none',
  }));
  await db.batchInsert('users', rows, portion);
  const made: { id: number }[] = await db('users')
    .where('email', 'like', `${name}-%`)
    .orderBy('id')
    .select('id');
  return made.map(({ id }) => id);
}

/** Makes drops that closed hours ago and that the system has not ended yet. Returns their ids. */
async function makeClosedDrops(deps: AgeDeps, count: number, users: readonly number[]): Promise<number[]> {
  const { db, inventory } = deps;
  const standbyCount = Math.min(dropsWithStandby, count);
  const drops = [
    ...(await makeDrops(db, { count: count - standbyCount, seats: 20, closesInMs: -3 * 3_600_000 })),
    // By Redis' clock these close only after the claims below.
    ...(await makeDrops(db, { count: standbyCount, seats: 1, standby, closesInMs: 30_000 })),
  ];
  const closesBy = Math.max(...drops.map(({ closesAt }) => closesAt));
  await forEachItem(drops, async (drop) => {
    await inventory.stock(drop);
    if (drop.standbyLimit === 0) return;
    // One holds the seat; standby is longer than the holds that fit in before the drop closes.
    await claim(inventory, drop, users.slice(0, 1 + drop.standbyLimit));
  });
  await sleep(Math.max(0, closesBy + 1_000 - Date.now()));
  const ids = drops.map(({ id }) => id);
  await db('drops')
    .whereIn('id', ids)
    .update({ closes_at: new Date(Date.now() - 3 * 3_600_000) });
  return ids;
}

/** Makes holds in payment whose attempts cannot be queried. Returns the id of their drop. */
async function stickPayments(deps: AgeDeps, users: readonly number[]): Promise<number> {
  const { drop, holds } = await beginPayments(deps, users);
  await insertAttempts(deps.db, drop, holds, 'pending');
  return drop.id;
}

/** Makes orders whose refund is due and cannot be made. Returns the id of their drop. */
async function stickRefunds(deps: AgeDeps, users: readonly number[]): Promise<number> {
  const { db, inventory } = deps;
  const { drop, holds } = await beginPayments(deps, users);
  await insertAttempts(db, drop, holds, 'approved');
  const since = new Date(Date.now() - 3_600_000);
  const { amount, currency } = retired;
  const common = { drop_id: drop.id, partition: 0, attempt: 1, amount, currency };
  const orders = holds.map(({ holdId: id, buyerId: user_id }) => ({
    ...common,
    id,
    user_id,
    status: 'refund_due',
    created_at: since,
    updated_at: since,
  }));
  const seats = holds.flatMap(({ holdId: order_id, seats: seatIds }) =>
    seatIds.map((seat_id) => ({ order_id, seat_id })),
  );
  await db.batchInsert('orders', orders, portion);
  await db.batchInsert('order_seats', seats, portion);
  await db.batchInsert(
    'sold_seats',
    seats.map((seat) => ({ ...seat, drop_id: drop.id })),
    portion,
  );
  await forEachItem(holds, (hold) =>
    inventory.completePayment({ dropId: drop.id, partition: 0 }, hold).then(() => {}),
  );
  return drop.id;
}

/** Makes a drop on sale in which each of these users has a hold whose payment has begun. */
async function beginPayments(
  { db, inventory }: AgeDeps,
  users: readonly number[],
): Promise<{ drop: Drop; holds: NewHold[] }> {
  const [drop] = await makeDrops(db, { count: 1, seats: users.length, closesInMs: 24 * 3_600_000 });
  if (!drop) throw new Error('no drop was made');
  await inventory.stock(drop);
  const holds = await claim(inventory, drop, users);
  const place = { dropId: drop.id, partition: 0 };
  await forEachItem(holds, async (hold) => {
    const result = await inventory.beginPayment(place, hold, newBatchId());
    if (result.kind !== 'paying') throw new Error(`a payment did not begin: ${result.kind}`);
  });
  return { drop, holds };
}

async function insertAttempts(
  db: Database,
  drop: Drop,
  holds: readonly NewHold[],
  status: 'pending' | 'approved',
): Promise<void> {
  const since = new Date(Date.now() - 3_600_000);
  const rows = holds.map(({ holdId, buyerId, seats }) => ({
    ...retired,
    hold_id: holdId,
    attempt: 1,
    drop_id: drop.id,
    partition: 0,
    user_id: buyerId,
    seats: seats.join(','),
    status,
    created_at: since,
    updated_at: since,
  }));
  await db.batchInsert('payment_attempts', rows, portion);
}

/** Claims one seat for each user; those who get none are in standby. */
async function claim(inventory: Inventory, drop: Drop, users: readonly number[]): Promise<NewHold[]> {
  const place = { dropId: drop.id, partition: 0 };
  const holds: NewHold[] = [];
  for (let start = 0; start < users.length; start += batchSize) {
    const packed = users.slice(start, start + batchSize).map((id) => `${id}:1`);
    const batch = { id: newBatchId(), packed: packed.join(',') };
    const result = await inventory.claim(place, batch, { mayBorrow: false });
    if (result.kind !== 'decided') throw new Error(`entries were not decided: ${result.kind}`);
    holds.push(...result.outcomes.flatMap((outcome) => (outcome.kind === 'held' ? [outcome.hold] : [])));
  }
  return holds;
}

/** Makes drops, each with its own event, so that no two sell the same seats. */
async function makeDrops(
  db: Database,
  {
    count,
    seats,
    standby: standbyLimit = 0,
    closesInMs,
  }: { count: number; seats: number; standby?: number; closesInMs: number },
): Promise<Drop[]> {
  if (count === 0) return [];
  const organizer = await db<{ id: number; role: string }>('users').where({ role: 'organizer' }).first('id');
  if (!organizer) throw new Error('there is no organizer');
  const title = `Aged ${newBatchId()}`;
  const event = {
    organizer_id: organizer.id,
    title,
    description: 'Made by a drill',
    venue: 'This machine',
    starts_at: new Date(),
  };
  await db.batchInsert(
    'events',
    Array.from({ length: count }, () => event),
    portion,
  );
  const events: { id: number }[] = await db('events').where({ title }).select('id');
  const sections = [
    { name: 'Stalls', rows: Math.ceil(seats / seatsPerRow), seatsPerRow: Math.min(seats, seatsPerRow) },
  ];
  const capacity = rowsOf(sections).reduce((sum, row) => sum + row.seats, 0);
  const now = Date.now();
  const rows = events.map(({ id }) => ({
    event_id: id,
    opens_at: new Date(now - 6 * 3_600_000),
    closes_at: new Date(now + closesInMs),
    price_amount: retired.amount,
    price_currency: retired.currency,
    hold_seconds: 8,
    max_per_buyer: 1,
    standby_limit: standbyLimit,
    partitions: 1,
    sections: JSON.stringify(sections),
    capacity,
    stocked_at: new Date(),
  }));
  await db.batchInsert('drops', rows, portion);
  const made: { id: number }[] = await db('drops')
    .whereIn(
      'event_id',
      events.map(({ id }) => id),
    )
    .select('id');
  const cursors = made.flatMap(({ id }) =>
    places(id, 1).map(({ partition }) => ({ drop_id: id, partition })),
  );
  await db.batchInsert('ledger_cursors', cursors, portion);
  return loadDrops(db, { ids: made.map(({ id }) => id) });
}

/** Runs `work` for each item, several at a time. @throws the first failure, after all have ended */
async function forEachItem<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const faults: unknown[] = [];
  await inPortions(items, width, work, (error) => void faults.push(error));
  if (faults.length > 0) throw faults[0];
}
