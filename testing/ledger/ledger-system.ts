/** For tests of the ledger: Redis, MySQL, drops in both, and all actions that a ledger records. */
import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { loadDrop, type Drop } from '../../shared/drops/drop.ts';
import { newBatchId } from '../../shared/inventory/entry-id.ts';
import type { NewHold } from '../../shared/inventory/hold.ts';
import { places } from '../../shared/inventory/keys.ts';
import type { Place } from '../../shared/inventory/keys.ts';
import { seatNameOf } from '../../shared/inventory/seat-names.ts';
import { createTestDatabase, type TestDatabase } from '../database.ts';
import { insertDrop, insertEvent } from '../insert-drop.ts';
import { createTestInventory, type TestInventory } from '../inventory.ts';
import { beginArchive } from '../../shared/ledger/archive.ts';
import { archivePartition } from '../../shared/ledger/archive-partition.ts';
import { verifyDrop } from '../../proof/verify-drop.ts';
import { createReport } from '../../proof/violation.ts';

export type LedgerSystem = TestInventory &
  Pick<TestDatabase, 'db' | 'url'> & {
    /** Creates an open, stocked drop. Defaults: 2 rows of 5 seats, two seats per buyer, 4 places in standby. */
    open: (changes?: Partial<Terms>) => Promise<{ drop: Drop; place: Place }>;
    newUser: () => Promise<number>;
    /** Decides the entries 'buyer:quantity,...' and returns the holds. */
    holds: (place: Place, entries: string) => Promise<NewHold[]>;
    /** Pays a hold: MySQL first, then Redis. */
    pay: (drop: Drop, place: Place, hold: NewHold) => Promise<void>;
    archive: (drop: Drop) => Promise<void>;
    /** Verifies the drop; returns violations as 'rule: what'. */
    verify: (drop: Drop) => Promise<string[]>;
    close: () => Promise<void>;
  };

export type Terms = {
  rows: number;
  seatsPerRow: number;
  maxPerBuyer: number;
  standbyLimit: number;
  partitions: number;
  holdSeconds: number;
  lapsePauseSeconds: number;
};

export async function startLedgerSystem(): Promise<LedgerSystem> {
  const database = await createTestDatabase();
  const testInventory = createTestInventory();
  const { db } = database;
  const { inventory } = testInventory;
  const log = pino({ level: 'silent' });
  const opened: Place[] = [];

  const newUser = async () => {
    const email = `${randomInt(2 ** 47)}@seatdrop.test`;
    const [id = 0] = await db('users').insert({ email, name: 'Ann', password_hash: 'none' });
    return id;
  };

  return {
    ...testInventory,
    db,
    url: database.url,
    newUser,

    async open(changes = {}) {
      const { rows = 2, seatsPerRow = 5, ...terms } = changes;
      const drop = await insertDrop(db, await insertEvent(db), {
        sections: [{ name: 'Floor', rows, seatsPerRow }],
        maxPerBuyer: 2,
        standbyLimit: 4,
        ...terms,
      });
      await beginArchive(db, drop);
      await inventory.stock(drop);
      opened.push(...places(drop.id, drop.partitions));
      return { drop, place: { dropId: drop.id, partition: 0 } };
    },

    async holds(place, entries) {
      const outcomes = await testInventory.claim(place, entries);
      return outcomes.flatMap((outcome) => (outcome.kind === 'held' ? [outcome.hold] : []));
    },

    async pay(drop, place, hold) {
      await inventory.beginPayment(place, hold, newBatchId());
      const money = { amount: drop.price.amount * hold.seats.length, currency: drop.price.currency };
      const columns = {
        drop_id: drop.id,
        partition: place.partition,
        user_id: hold.buyerId,
        attempt: 1,
        ...money,
      };
      await db('orders').insert({ id: hold.holdId, status: 'paid', ...columns });
      await db('order_seats').insert(hold.seats.map((seat_id) => ({ order_id: hold.holdId, seat_id })));
      await db('sold_seats').insert(
        hold.seats.map((seat_id) => ({
          drop_id: drop.id,
          seat_id,
          order_id: hold.holdId,
          event_id: drop.eventId,
          ...seatNameOf(seat_id, drop.sections),
        })),
      );
      await db('outbox').insert({ topic: 'order-paid', payload: JSON.stringify({ orderId: hold.holdId }) });
      await inventory.completePayment(place, hold);
    },

    async archive({ id, partitions }) {
      for (const place of places(id, partitions)) {
        for (;;) {
          const result = await archivePartition({ db, inventory, log }, place);
          if (result.kind === 'lost') throw new Error('the ledger is lost');
          // MySQL takes a moment to release the lock of a killed process.
          if (result.kind === 'somebody_else') await sleep(20);
          else if (!result.more) break;
        }
      }
    },

    async verify(drop) {
      const { violations, report } = createReport();
      await verifyDrop({ db, inventory }, (await loadDrop(db, drop.id))!, report);
      return violations.map(({ rule, what }) => `${rule}: ${what}`);
    },

    async close() {
      for (const place of opened) {
        await testInventory.redis.unlink(...inventory.keys.all(place));
        await testInventory.redis.hdel(inventory.keys.liveDrops, String(place.dropId));
      }
      await testInventory.stop();
      await database.drop();
    },
  };
}
