/**
 * Makes a system old: drops that are over, and payments and refunds that nobody can bring to an end. All of it goes
 * through MySQL's own tables and Redis's own scripts, many at a time.
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

export type Age = { over: number; stuckPayments: number; stuckRefunds: number };

const old: Age = { over: 1_000, stuckPayments: 300, stuckRefunds: 300 };

/** Of those that are over: so many in which somebody stood by when they closed, and how many that were. */
const withStandby = 100;
const standby = 5;
/** Scripts under way at once, rows of an insert, entries of a batch, and seats of a row. */
const width = 32;
const portion = 500;
const batchSize = 100;
const seatsPerRow = 50;

/** Nobody has set up this provider, so nobody can ask it what became of a charge. */
const retired = { provider: 'retired', currency: 'EUR', amount: 4500 };

/**
 * Resolves when all is there and the system has brought to their end the drops that are over, as far as it can.
 * @returns what finds out afterwards whether they, and what is stuck, are as they should be
 */
export async function ageTheSystem(
  deps: AgeDeps,
  age: Age = old,
): Promise<(report: Report) => Promise<void>> {
  const { db, say } = deps;
  const users = await makeUsers(db, Math.max(age.stuckPayments, age.stuckRefunds, 1 + standby));
  const over = await makeOver(deps, age.over, users);
  const unpaid = await stickPayments(deps, users.slice(0, age.stuckPayments));
  const unrefunded = await stickRefunds(deps, users.slice(0, age.stuckRefunds));
  say(
    `${age.over} drops that are over, ${age.stuckPayments} stuck payments, ${age.stuckRefunds} stuck refunds`,
  );
  await untilEnded(db, over);

  return async (report) => {
    const left = await unended(db, over);
    if (left.length > 0)
      report('5 holds end', `${left.length} drops that are over did not end`, left.slice(0, 5));
    const count = async (table: string, where: object) =>
      Number((await db(table).where(where).count({ of: '*' }).first())?.['of']);
    const stuck = {
      payments: await count('payment_attempts', { drop_id: unpaid, status: 'pending' }),
      refunds: await count('orders', { drop_id: unrefunded, status: 'refund_due' }),
    };
    if (stuck.payments !== age.stuckPayments || stuck.refunds !== age.stuckRefunds)
      report('5 money', 'what nobody could know was decided all the same', stuck);
  };
}

/**
 * Makes drops that are over, at least one of them with standby, and resolves when the system has ended them: by then
 * their keys in Redis are gone, since a drop ends after its ledger is archived.
 */
export async function endDrops(deps: AgeDeps, count: number): Promise<void> {
  const { db } = deps;
  const over = await makeOver(deps, count, await makeUsers(db, 1 + standby));
  await untilEnded(db, over);
  const left = await unended(db, over);
  if (left.length > 0) throw new Error(`${left.length} of ${count} drops that are over did not end`);
}

function unended(db: Database, drops: readonly number[]): Promise<{ id: number }[]> {
  return db('drops').whereIn('id', drops).whereNull('sale_ended_at').select('id');
}

/** Waits for as long as some drop ends within a minute: a slow machine needs its time. */
async function untilEnded(db: Database, drops: readonly number[]): Promise<void> {
  for (let left = Infinity, still = 0; still < 60 && left > 0;) {
    const now = (await unended(db, drops)).length;
    still = now < left ? 0 : still + 1;
    left = now;
    await sleep(1_000);
  }
}

/** Seconds within which an order of this drop should get its money back; far more than one round of the duty. */
const refundWithin = 60;

/** A refund that a crash left half-way gets to its end soon, whatever is stuck. Changes the drop, so it comes last. */
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
      .where((open) => void open.whereNot({ status: 'refunded' }).orWhereNull('reopened_at'))
      .select('id', 'status', 'reopened_at') as Promise<object[]>;
  let left = await unfinished();
  while (left.length > 0 && performance.now() - since < refundWithin * 1_000) {
    await sleep(500);
    left = await unfinished();
  }
  if (ids.length === 0) report('5 money', 'no order was there to be refunded', {});
  if (left.length > 0)
    report('5 money', `refunds take longer than ${refundWithin} s behind stuck ones`, left);
}

/** Seconds after which an attempt of this drop is settled: a minute until it is given up, and time for the duty. */
const settledWithin = 180;

/** No payment of this drop was left in doubt for long. */
export async function checkPaymentsWentOn({ db }: AgeDeps, drop: Drop, report: Report): Promise<void> {
  const late: object[] = await db('payment_attempts')
    .where({ drop_id: drop.id })
    .whereIn('status', ['approved', 'declined'])
    .whereRaw('timestampdiff(second, created_at, updated_at) > ?', [settledWithin])
    .select('hold_id', 'attempt', 'created_at', 'updated_at');
  if (late.length > 0)
    report(
      '5 money',
      `${late.length} payments were in doubt for more than ${settledWithin} s`,
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

/** Drops that closed hours ago and that nobody has brought to their end yet. Returns their ids. */
async function makeOver(deps: AgeDeps, count: number, users: readonly number[]): Promise<number[]> {
  const { db, inventory } = deps;
  const closing = Math.min(withStandby, count);
  const drops = [
    ...(await makeDrops(db, { count: count - closing, seats: 20, closesInMs: -3 * 3_600_000 })),
    // By Redis's clock these close after what is still to happen in them.
    ...(await makeDrops(db, { count: closing, seats: 1, standby, closesInMs: 30_000 })),
  ];
  const closesBy = Math.max(...drops.map(({ closesAt }) => closesAt));
  await eachOf(drops, async (drop) => {
    await inventory.stock(drop);
    if (drop.standbyLimit === 0) return;
    // One holds the seat, and more stand by than can hold it until then.
    await claim(inventory, drop, users.slice(0, 1 + drop.standbyLimit));
  });
  await sleep(Math.max(0, closesBy + 1_000 - Date.now()));
  const ids = drops.map(({ id }) => id);
  await db('drops')
    .whereIn('id', ids)
    .update({ closes_at: new Date(Date.now() - 3 * 3_600_000) });
  return ids;
}

/** Holds in payment whose attempts nobody can ask about. Returns the id of their drop. */
async function stickPayments(deps: AgeDeps, users: readonly number[]): Promise<number> {
  const { drop, holds } = await beginPayments(deps, users);
  await insertAttempts(deps.db, drop, holds, 'pending');
  return drop.id;
}

/** Orders whose money should go back, and nobody can give it back. Returns the id of their drop. */
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
  const seats = holds.flatMap(({ holdId: order_id, seats: of }) =>
    of.map((seat_id) => ({ order_id, seat_id })),
  );
  await db.batchInsert('orders', orders, portion);
  await db.batchInsert('order_seats', seats, portion);
  await db.batchInsert(
    'sold_seats',
    seats.map((seat) => ({ ...seat, drop_id: drop.id })),
    portion,
  );
  await eachOf(holds, (hold) =>
    inventory.completePayment({ dropId: drop.id, partition: 0 }, hold).then(() => {}),
  );
  return drop.id;
}

/** A drop on sale in which each of these users has a seat in payment since an hour. */
async function beginPayments(
  { db, inventory }: AgeDeps,
  users: readonly number[],
): Promise<{ drop: Drop; holds: NewHold[] }> {
  const [drop] = await makeDrops(db, { count: 1, seats: users.length, closesInMs: 24 * 3_600_000 });
  if (!drop) throw new Error('no drop was made');
  await inventory.stock(drop);
  const holds = await claim(inventory, drop, users);
  const place = { dropId: drop.id, partition: 0 };
  await eachOf(holds, async (hold) => {
    const begun = await inventory.beginPayment(place, hold, newBatchId());
    if (begun.kind !== 'paying') throw new Error(`a payment did not begin: ${begun.kind}`);
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

/** One seat for each; those who get none stand by. */
async function claim(inventory: Inventory, drop: Drop, users: readonly number[]): Promise<NewHold[]> {
  const place = { dropId: drop.id, partition: 0 };
  const holds: NewHold[] = [];
  for (let at = 0; at < users.length; at += batchSize) {
    const packed = users.slice(at, at + batchSize).map((id) => `${id}:1`);
    const batch = { id: newBatchId(), packed: packed.join(',') };
    const claimed = await inventory.claim(place, batch, { mayBorrow: false });
    if (claimed.kind !== 'decided') throw new Error(`entries were not decided: ${claimed.kind}`);
    holds.push(...claimed.outcomes.flatMap((outcome) => (outcome.kind === 'held' ? [outcome.hold] : [])));
  }
  return holds;
}

/** Each of an event of its own: no two sell the same seats. */
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

/** For each, many at a time. @throws the first fault */
async function eachOf<T>(list: readonly T[], work: (each: T) => Promise<void>): Promise<void> {
  const faults: unknown[] = [];
  await inPortions(list, width, work, (error) => void faults.push(error));
  if (faults.length > 0) throw faults[0];
}
