import * as fc from 'fast-check';
import { createTestInventory, inShort, newBatch } from '../../testing/inventory.ts';
import type { Batch } from '../inventory/claim.ts';
import { entryIdOf } from '../inventory/entry-id.ts';
import type { Place } from '../inventory/keys.ts';

const system = createTestInventory();
afterAll(() => system.stop());

const claim = (place: Place, batch: Batch, after?: Batch) =>
  system.inventory.claim(place, batch, { mayBorrow: false, after });
const numbered = (sent: string, entries = '1:1'): Batch => ({ ...newBatch(entries), sent });
const box = (seatsPerRow: number) => [{ name: 'Box', rows: 1, seatsPerRow }];

test('one whose reply is forgotten is not decided again, whatever has become of its buyers', async () => {
  const { drop, place } = await system.openDrop({ sections: box(3), standbyLimit: 1 });
  const batch = numbered('channel0.1', '1:1,2:1,3:1,4:1,5:1,6:1');
  const first = await claim(place, batch);
  expect(first.kind === 'decided' && first.outcomes.map(inShort)).toEqual([
    'held 0.2',
    'held 0.1',
    'held 0.3',
    'standby 1',
    'sold_out',
    'sold_out',
  ]);
  // A seat and a place in standby come free for buyers who had none or had left.
  await system.inventory.leave(place, 4);
  await system.inventory.leave(place, 1);
  await system.forgetReplies(place);
  const before = [await system.inventory.counts(drop), await system.ledger(place)];
  const holds = ['1', '2'].map(
    (entry) => expect.objectContaining({ holdId: `${batch.id}-${entry}` }) as object,
  );
  for (const again of [batch, { ...batch, sent: 'channel0.1.late' }]) {
    expect(await claim(place, again)).toEqual({ kind: 'decided_before', holds });
    expect(await system.inventory.claim(place, again, { mayBorrow: true })).toMatchObject({
      kind: 'decided_before',
    });
  }
  expect([await system.inventory.counts(drop), await system.ledger(place)]).toEqual(before);
});

test('those of its holds that still run are told, with what their timers need', async () => {
  const { place } = await system.openDrop({ sections: box(4), holdSeconds: 600, standbyLimit: 1 });
  const batch = numbered('channel0.1', '1:1,2:1,3:1,4:1,5:1');
  await claim(place, batch);
  const [held, paying, left] = [1, 2, 3].map((buyer) => ({ buyer, holdId: entryIdOf(batch.id, buyer - 1) }));
  const view = await system.inventory.view(place, paying!.buyer);
  if (view.kind !== 'held') throw new Error(view.kind);
  await system.inventory.beginPayment(place, { ...view, buyerId: paying!.buyer }, 'payer');
  await system.inventory.leave(place, left!.buyer); // the seat goes to the buyer in standby
  await system.forgetReplies(place);
  const again = await claim(place, batch);
  if (again.kind !== 'decided_before') throw new Error(again.kind);
  expect(again.holds.map(({ holdId }) => holdId)).toEqual([
    held!.holdId,
    entryIdOf(batch.id, 3),
    entryIdOf(batch.id, 4),
  ]);
  const standing = await system.inventory.view(place, 5);
  expect(again.holds[2]?.expiresAt).toBe(standing.kind === 'held' && standing.expiresAt);
  for (const { heldAt, expiresAt } of again.holds) expect(expiresAt - heldAt).toBe(600_000);
});

test('any order of any numbers, some of them again and again: each is decided the first time that it comes', async () => {
  const numbers = fc.array(
    fc.oneof(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 10 ** 15 - 1 })),
    {
      maxLength: 25,
    },
  );
  await fc.assert(
    fc.asyncProperty(numbers, async (list) => {
      const { place } = await system.openDrop({ sections: box(1) });
      const decided = new Set<number>();
      for (const number of list) {
        const { kind } = await claim(place, numbered(`channel0.${number}`, `${(number % 97) + 1}:1`));
        expect([number, kind]).toEqual([number, decided.has(number) ? 'decided_before' : 'decided']);
        decided.add(number);
      }
    }),
    { numRuns: 30 },
  );
}, 60_000);

test('what was skipped is kept as ranges, and nothing is kept of what was not', async () => {
  const { place } = await system.openDrop({ sections: box(1) });
  const skipped = () => system.redis.zrange(system.inventory.keys.key(place, 'skipped'), '0', '-1');
  const come = async (...numbers: number[]) => {
    for (const number of numbers)
      expect(await claim(place, numbered(`channel0.${number}`))).toMatchObject({ kind: 'decided' });
  };
  await come(1, 2, 3);
  expect(await skipped()).toEqual([]);
  await come(9);
  expect(await skipped()).toEqual(['channel0.000000000000008.4']);
  await come(6);
  expect(await skipped()).toEqual(['channel0.000000000000005.4', 'channel0.000000000000008.7']);
  await come(4, 8, 5, 7);
  expect(await skipped()).toEqual([]);
  expect(await system.redis.hgetall(system.inventory.keys.key(place, 'sent'))).toEqual({ channel0: '9' });
});

test('each channel counts by itself, in each partition by itself', async () => {
  const { drop } = await system.openDrop({
    sections: [{ name: 'Stalls', rows: 4, seatsPerRow: 3 }],
    partitions: 2,
  });
  const [zero, one] = [0, 1].map((partition) => ({ dropId: drop.id, partition }));
  for (const place of [zero!, one!])
    for (const channel of ['channel0', 'channel', 'channel1'])
      for (const number of [3, 1]) {
        expect(await claim(place, numbered(`${channel}.${number}`))).toMatchObject({ kind: 'decided' });
        expect(await claim(place, numbered(`${channel}.${number}`))).toMatchObject({
          kind: 'decided_before',
        });
      }
});

test('one that follows another is decided after it, also when what came of that one is forgotten', async () => {
  const { place } = await system.openDrop();
  const [first, second, third, skipped] = [1, 2, 4, 3].map((number) =>
    numbered(`channel0.${number}`, `${number}:1`),
  );
  await claim(place, first!);
  await system.forgetReplies(place);
  expect(await claim(place, second!, first)).toMatchObject({ kind: 'decided' });
  expect(await claim(place, third!, skipped)).toEqual({ kind: 'out_of_turn' });
  expect(await claim(place, third!, second)).toMatchObject({ kind: 'decided' });
  await system.forgetReplies(place);
  expect(await claim(place, numbered('channel0.5'), skipped)).toEqual({ kind: 'out_of_turn' });
  expect(await claim(place, numbered('channel0.5'), third)).toMatchObject({ kind: 'decided' });
});

test('all that a consumer sends which stood still while another one decided it is known', async () => {
  const { drop, place } = await system.openDrop({ sections: [{ name: 'Stalls', rows: 1, seatsPerRow: 20 }] });
  const batches = Array.from({ length: 40 }, (_, index) =>
    numbered(`channel0.${index + 1}`, `${index + 1}:1`),
  );
  for (const batch of batches.slice(0, 30)) await claim(place, batch);
  await system.forgetReplies(place);
  // The other consumer has decided the first 30 of 40.
  const results = await Promise.all(batches.map((batch, at) => claim(place, batch, batches[at - 1])));
  expect(results.map(({ kind }) => kind)).toEqual(
    batches.map((_, at) => (at < 30 ? 'decided_before' : 'decided')),
  );
  expect(await system.inventory.counts(drop)).toMatchObject({ decided: 40, held: 20 });
  const claims = (await system.ledger(place)).filter(({ t }) => t === 'claim');
  expect(claims.map(({ b }) => b)).toEqual(batches.map(({ id }) => id));
});

test('one without a number is decided once by its id, while its reply is remembered', async () => {
  const { drop, place } = await system.openDrop();
  const old = newBatch('1:1,2:1');
  const first = await claim(place, old);
  expect(await claim(place, old)).toEqual(first);
  // Numbers of other batches are not affected.
  expect(await claim(place, numbered('channel0.1', '3:1'))).toMatchObject({ kind: 'decided' });
  expect(await claim(place, old)).toEqual(first);
  expect(await system.inventory.counts(drop)).toMatchObject({ decided: 3, held: 3 });
});
