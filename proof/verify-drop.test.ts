import { startLedgerSystem, type LedgerSystem } from '../testing/ledger/ledger-system.ts';
import type { Drop } from '../shared/drops/drop.ts';
import type { NewHold } from '../shared/inventory/hold.ts';
import type { Place } from '../shared/inventory/keys.ts';

let system: LedgerSystem;
beforeAll(async () => {
  system = await startLedgerSystem();
});
afterAll(() => system.close());

type Stage = { drop: Drop; place: Place; users: number[]; paid: NewHold; held: NewHold };

/** One buyer paid for two seats, three have holds, two are in standby, one got nothing; half of it is archived. */
async function play(): Promise<Stage> {
  const { drop, place } = await system.open({ rows: 1, standbyLimit: 2 });
  const users = await Promise.all(Array.from({ length: 7 }, () => system.newUser()));
  const [a, b, c, d, e, f, g] = users;
  const [paid, held, leaving] = await system.holds(place, `${a}:2,${b}:1,${c}:1`);
  await system.pay(drop, place, paid!);
  await system.archive(drop);
  await system.holds(place, `${d}:1,${e}:1,${f}:2,${g}:1`);
  await system.inventory.leave(place, leaving!.buyerId);
  return { drop, place, users, paid: paid!, held: held! };
}

/** Writes a record that no script wrote. */
const forge = (place: Place, ...fields: (string | number)[]) =>
  system.redis.xadd(system.inventory.keys.key(place, 'ledger'), '*', ...fields.map(String));

/** Writes a refund of the first seat of an order, or of none, as it is when the money has gone back. */
async function giveBack(
  { holdId, seats }: NewHold,
  columns: object,
  which: readonly string[] = seats.slice(0, 1),
): Promise<void> {
  const row = await system.db<{ id: string; amount: number }>('orders').where({ id: holdId }).first('amount');
  const amount = row!.amount / seats.length;
  const refund = {
    order_id: holdId,
    number: 1,
    amount,
    currency: 'EUR',
    reason: 'organizer',
    status: 'done',
  };
  await system.db('refunds').insert({ ...refund, ...columns });
  await system
    .db('order_seats')
    .where({ order_id: holdId })
    .whereIn('seat_id', [...which])
    .update({ refund: 1 });
}

test('an honest sale passes, before it is archived, half way, and after', async () => {
  const { drop } = await play();
  expect(await system.verify(drop)).toEqual([]);
  await system.archive(drop);
  expect(await system.verify(drop)).toEqual([]);
});

test('limits that were changed meanwhile are judged by what they were', async () => {
  const { drop, place } = await system.open({ rows: 1, standbyLimit: 1 });
  await system.claim(place, '1:2,2:2,3:1,4:1,5:1');
  await system.db('drops').where({ id: drop.id }).update({ standby_limit: 3 });
  await system.inventory.stock({ ...drop, standbyLimit: 3 });
  await system.claim(place, '6:1,7:1,8:1');
  expect(await system.verify(drop)).toEqual([]);
});

test.each<[string, (played: Stage) => unknown, string]>([
  [
    'a changed record in the archive',
    async ({ place }) =>
      system
        .db('ledger')
        .where({ drop_id: place.dropId, kind: 'sold' })
        .update({ record: system.db.raw(`replace(record, '0.3', '0.4')`) }),
    'the books: archive: record 4 is not what was written (its hash is wrong)',
  ],
  [
    'a record taken out of the archive',
    ({ place }) => system.db('ledger').where({ drop_id: place.dropId, seq: 2 }).delete(),
    'the books: archive: records 2 to 2 are missing',
  ],
  [
    'an archive cut off at its end',
    ({ place }) => system.db('ledger').where({ drop_id: place.dropId, seq: 4 }).delete(),
    'the books: archive: records 4 to 4 are missing',
  ],
  [
    'an end that was moved',
    ({ place }) =>
      system
        .db('ledger_cursors')
        .where({ drop_id: place.dropId })
        .update({ hash: Buffer.alloc(32) }),
    'the books: archive: its end is not record 4 as it was written',
  ],
  [
    'a seat for two',
    ({ place, held }) =>
      forge(place, 't', 'claim', 'b', 'z'.repeat(14), 'e', '9:1', 'r', `1|2|h${held.seats[0]}`),
    '1 one owner: seat',
  ],
  [
    'a second outcome',
    ({ place, users }) =>
      forge(place, 't', 'claim', 'b', 'z'.repeat(14), 'e', `${users[1]}:1`, 'r', '1|2|x1'),
    '3 one outcome: entry zzzzzzzzzzzzzz-0 is sold out though its buyer has a live one',
  ],
  [
    'a publisher’s batch that overtook another',
    async ({ place }) => {
      const batch = (id: string, entry: string, sent: string) =>
        system.inventory.claim(place, { id: id.repeat(14), packed: entry, sent }, { mayBorrow: false });
      await batch('x', '801:1', 'abcdefgh.2');
      await batch('y', '802:1', 'abcdefgh.1');
    },
    '4 in order: batch 1 of publisher abcdefgh was decided after its batch 2',
  ],
  [
    'a batch that was decided twice',
    ({ place }) => {
      const records = ['y', 'z'].map((id) => [
        't',
        'claim',
        'b',
        id.repeat(14),
        'e',
        '9:1',
        'r',
        '1|2|x1',
        'q',
        'abcdefgh.1.late',
      ]);
      return Promise.all(records.map((record) => forge(place, ...record)));
    },
    '3 one outcome: batch 1 of publisher abcdefgh was decided twice',
  ],
  [
    'a hold that Redis has forgotten',
    async ({ place, held }) => system.redis.hdel(system.inventory.keys.key(place, 'holds'), held.holdId),
    'is held by the ledger, and not in Redis',
  ],
  [
    'a hold that nobody ended',
    async ({ drop, place, held }) => {
      // As if it had expired a minute ago.
      await system.archive(drop);
      const past = Date.now() - 60_000;
      await system.letLapse(place, held.holdId);
      await forge(
        place,
        't',
        'release',
        'h',
        held.holdId,
        'u',
        held.buyerId,
        's',
        held.seats.join('+'),
        'why',
        'given_back',
      );
      await forge(
        place,
        't',
        'retake',
        'h',
        held.holdId,
        'u',
        held.buyerId,
        's',
        held.seats.join('+'),
        'x',
        past,
      );
    },
    's after its time',
  ],
  [
    'a sale without an order',
    async ({ place, held }) => {
      await system.inventory.beginPayment(place, held, 'payer');
      await system.inventory.completePayment(place, held);
    },
    'is sold in Redis without a paid order',
  ],
  [
    'an order without a sale',
    async ({ place, paid }) => system.inventory.reopen(place, paid.holdId),
    'is paid, but its hold is not sold in Redis',
  ],
  [
    'a refund of another amount than its seats cost',
    ({ paid }) => giveBack(paid, { amount: 1 }),
    'is not what its seats cost',
  ],
  [
    'refunds that give back more than was paid',
    async ({ paid }) => {
      await giveBack(paid, {});
      await giveBack(paid, { number: 2 }, []);
    },
    '5 money: refund 2 of order',
  ],
  [
    'seats refunded in MySQL that Redis still has as the order’s',
    async ({ paid }) => {
      await giveBack(paid, { reopened_at: new Date() });
      await system.db('sold_seats').where({ seat_id: paid.seats[0], order_id: paid.holdId }).delete();
    },
    'is not what was held',
  ],
  [
    'counters that are off',
    async ({ place }) => system.redis.hincrby(system.inventory.keys.key(place, 'meta'), 'sold', 1),
    '2 seats add up: counters do not add up to the capacity',
  ],
  [
    'a record that cannot be read',
    ({ place }) => forge(place, 't', 'gift', 'u', 1),
    'is of an unknown kind: gift',
  ],
])('%s', async (_what, change, wrong) => {
  const played = await play();
  await change(played);
  const found = await system.verify(played.drop);
  expect(found.filter((each) => each.includes(wrong))).not.toEqual([]);
});
