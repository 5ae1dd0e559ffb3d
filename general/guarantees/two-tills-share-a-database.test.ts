/** Two processes of general commit payments at once; MySQL may abort one for the other, which no buyer notices. */
import { setTimeout as pause } from 'node:timers/promises';
import { newBatchId } from '../../shared/inventory/entry-id.ts';
import { connectMysql, type Database } from '../../shared/mysql/connect.ts';
import { eventually } from '../../testing/eventually.ts';
import { claimRows, markSent } from '../mail/outbox.ts';
import { requestRefunds } from '../orders/request-refund.ts';
import { startGeneralSystem, type GeneralSystem } from '../../testing/general/general-system.ts';
import { insertAbandoned, moveAttempt, type BegunAttempt } from '../checkout/payment-attempt.ts';
import { createTill } from '../checkout/till.ts';

let system: GeneralSystem;
let buyerId: number;
/** Connections of the second process. */
let other: Database;
/** A single connection, for a transaction that holds locks. */
let rival: Database;
beforeAll(async () => {
  system = await startGeneralSystem();
  buyerId = (await system.user()).userId;
  other = connectMysql(system.mysqlUrl);
  rival = connectMysql(system.mysqlUrl, { max: 1 });
});
afterAll(async () => {
  await other.destroy();
  await rival.destroy();
  await system.stop();
});

/** A drop with a seat for each attempt, in MySQL only: Redis is not asked here. */
async function openDrop(): Promise<{ id: number }> {
  const { id } = await system.openDrop(1);
  const sections = [{ name: 'Stalls', rows: 50, seatsPerRow: 100 }];
  await system
    .db('drops')
    .where({ id })
    .update({ sections: JSON.stringify(sections) });
  return { id };
}

let seat = 0;
function newAttempt(dropId: number, holdId = `${newBatchId()}-0`): BegunAttempt {
  seat += 1;
  return {
    holdId,
    attempt: 1,
    place: { dropId, partition: 0 },
    buyerId,
    seats: [`${Math.floor(seat / 100)}.${(seat % 100) + 1}`],
    provider: 'sandbox',
    amount: 100,
    currency: 'EUR',
    status: 'pending',
    payBy: Date.now() + 60_000,
    begunBy: holdId,
  };
}

test('under load each checkout of both gets its one order, while mails are relayed and orders refunded', async () => {
  const drop = await openDrop();
  const tills = [createTill(system.db), createTill(other)];
  const total = 3_000;
  let begun = 0;
  const refundable: string[] = [];
  let refunds = 0;
  const buyersEnd = new AbortController();
  const relayAndRefund = async () => {
    while (!buyersEnd.signal.aborted) {
      await markSent(other, await claimRows(other, { channel: 'email', priority: 1, which: 'new' }, 50));
      for (const id of refundable.splice(0)) refunds += await requestRefunds(other, { id });
      await pause(1);
    }
  };
  const duties = relayAndRefund();
  const buyer = async (each: number) => {
    while (begun < total) {
      begun += 1;
      const till = tills[each % tills.length]!;
      const attempt = newAttempt(drop.id);
      await till.beginAttempt(attempt);
      expect((await till.placeOrder({ attempt, ref: attempt.holdId })).kind).toBe('placed');
      if (refundable.length === 0) refundable.push(attempt.holdId);
    }
  };
  await Promise.all(Array.from({ length: 300 }, (_, each) => buyer(each)));
  buyersEnd.abort();
  await duties;
  const count = async (table: string, where: object) =>
    Number((await system.db(table).where(where).count({ rows: '*' }))[0]!['rows']);
  const of = { drop_id: drop.id };
  expect(await count('orders', of)).toBe(total);
  expect(await count('orders', { ...of, status: 'refund_due' })).toBe(refunds);
  expect(await count('sold_seats', of)).toBe(total);
  expect(await count('payment_attempts', { ...of, status: 'approved' })).toBe(total);
  expect(await count('outbox', { topic: 'order-paid' })).toBe(total);
}, 120_000);

/**
 * Makes `write` the victim of a deadlock: another transaction, which has changed more, has locked the second of two
 * rows, and asks for the first one once `write` has locked that and waits.
 */
async function asVictim<T>(
  { first, second }: { first: (trx: Database) => PromiseLike<unknown>; second: typeof first },
  write: () => Promise<T>,
): Promise<T> {
  const trx = await rival.transaction();
  try {
    await second(trx);
    // InnoDB aborts the transaction that has changed less.
    await trx('outbox').insert(Array.from({ length: 50 }, () => ({ topic: 'none', payload: '{}' })));
    const [[{ id }]] = (await trx.raw('select connection_id() as id')) as [[{ id: number }]];
    const deadlocks = await countDeadlocks();
    const written = write();
    // Prevents an unhandled rejection meanwhile.
    written.catch(() => {});
    await eventually(async () => {
      // InnoDB updates this table only if it was not read for 0.1 s.
      await pause(150);
      const [waiting] = (await system.db.raw(
        `select count(*) as n from information_schema.innodb_trx
           where trx_state = 'LOCK WAIT' and trx_mysql_thread_id <> ?`,
        [id],
      )) as [[{ n: number }]];
      return waiting[0].n > 0;
    });
    await first(trx);
    expect(await countDeadlocks()).toBe(deadlocks + 1);
    await trx.rollback();
    return await written;
  } catch (error) {
    if (!trx.isCompleted()) await trx.rollback();
    throw error;
  }
}

async function countDeadlocks(): Promise<number> {
  const [[row]] = (await system.db.raw("show global status like 'Innodb_deadlocks'")) as [
    [{ Value: string }],
  ];
  return Number(row.Value);
}

const idsInOrder = () => [`${newBatchId()}-0`, `${newBatchId()}-0`].toSorted() as [string, string];

test('attempts whose group MySQL ended for another one are written all the same', async () => {
  const drop = await openDrop();
  const [one, two] = idsInOrder();
  const till = createTill(system.db);
  const row = (hold_id: string) => ({
    hold_id,
    attempt: 1,
    drop_id: drop.id,
    partition: 0,
    user_id: buyerId,
    seats: '0.1',
    provider: 'sandbox',
    amount: 1,
    currency: 'EUR',
    status: 'declined',
  });
  await asVictim(
    {
      first: (trx) => trx('payment_attempts').insert(row(one)),
      second: (trx) => trx('payment_attempts').insert(row(two)),
    },
    () => Promise.all([two, one].map((id) => till.beginAttempt(newAttempt(drop.id, id)))),
  );
  expect((await till.findAttempt({ holdId: one, attempt: 1 }))?.status).toBe('pending');
  expect((await till.findAttempt({ holdId: two, attempt: 1 }))?.status).toBe('pending');
});

test('so are single writes, and those in a transaction', async () => {
  const drop = await openDrop();
  const [one, two] = idsInOrder();
  const { findTerms } = system.deps;
  const till = createTill(system.db, findTerms);
  // Cached, so that both are placed in one group.
  await findTerms(drop.id);
  const attempts = [one, two].map((id) => newAttempt(drop.id, id));
  for (const attempt of attempts) await till.beginAttempt(attempt);
  const locks = (table: string, key: string) => ({
    first: (trx: Database) =>
      trx(table)
        .where({ [key]: one })
        .forUpdate()
        .select(key),
    second: (trx: Database) =>
      trx(table)
        .where({ [key]: two })
        .forUpdate()
        .select(key),
  });
  const placed = await asVictim(locks('payment_attempts', 'hold_id'), () =>
    Promise.all(attempts.map((attempt) => till.placeOrder({ attempt, ref: attempt.holdId }))),
  );
  expect(placed.map(({ kind }) => kind)).toEqual(['placed', 'placed']);
  expect(await asVictim(locks('orders', 'id'), () => requestRefunds(system.db, { drop_id: drop.id }))).toBe(
    2,
  );
});

test('a transaction that ended is not gone on with', async () => {
  const drop = await openDrop();
  const [one, two] = idsInOrder();
  for (const id of [one, two]) expect(await insertAbandoned(system.db, newAttempt(drop.id, id))).toBe(true);
  const lock = (trx: Database, hold_id: string) =>
    trx('payment_attempts').where({ hold_id }).forUpdate().select('hold_id');
  let moves = 0;
  const inOne = asVictim({ first: (trx) => lock(trx, one), second: (trx) => lock(trx, two) }, () =>
    system.db.transaction(async (trx) => {
      for (const holdId of [one, two]) {
        moves += 1;
        await moveAttempt(trx, { holdId, attempt: 1 }, 'declined', 'refund_due');
      }
    }),
  );
  await expect(inOne).rejects.toMatchObject({ code: 'ER_LOCK_DEADLOCK' });
  expect(moves).toBe(2);
  expect((await createTill(system.db).findAttempt({ holdId: one, attempt: 1 }))?.status).toBe('declined');
});
