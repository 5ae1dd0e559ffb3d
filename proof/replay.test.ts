import { newDrop } from '../testing/inventory.ts';
import { decodeRecord } from '../shared/ledger/record.ts';
import { Replay } from './replay.ts';
import { createReport, type Rule } from './violation.ts';

/** Two rows of two seats, two places in standby. */
const drop = newDrop({
  sections: [{ name: 'Stalls', rows: 2, seatsPerRow: 2 }],
  maxPerBuyer: 2,
  standbyLimit: 2,
});
const batch = (letter: string) => letter.repeat(14);
const inTime = 9_000;
const end = 10_000;

/** Replays records in the form that Redis keeps, one second apart. */
function replay(...records: Record<string, string | number>[]) {
  const { violations, report } = createReport();
  const played = new Replay(drop, { dropId: drop.id, partition: 0 }, report);
  for (const [index, { at = (index + 1) * 1_000, ...fields }] of records.entries()) {
    played.apply(decodeRecord(`${at}-0`, Object.entries(fields).flat().map(String)));
  }
  played.finish();
  return { played, found: violations.map(({ rule, what }): [Rule, string] => [rule, what]) };
}

const stock = { t: 'stock', n: 4 };
const withPause = { ...stock, m: 2, w: 2, x: end - 1_000, p: 60_000 };
const claim = (letter: string, entries: string, outcomes: string) => ({
  t: 'claim',
  b: batch(letter),
  e: entries,
  r: `1000|${end}|${outcomes}`,
});
const hold = (letter: string, index = 0) => `${batch(letter)}-${index}`;
/** Buyers 1 and 2 have all seats, 3 and 4 are in standby, 5 has nothing. */
const soldOut = claim('a', '1:2,2:2,3:1,4:2,5:1', 'h0.1+0.2,h1.1+1.2,s1,s2,x1');
const release = (index: number, u: number, s: string) => ({
  t: 'release',
  h: hold('a', index),
  u,
  s,
  why: 'expired',
});

/** The hold of buyer 1 lapses when its time is over. */
const lapse = (count: number, ms: number) => ({ ...release(0, 1, '0.1'), l: count, until: end + ms });

test('who let a hold lapse is refused until then, twice as long the next time, and nobody else is', () => {
  const after = end + 60_000;
  const { found } = replay(
    withPause,
    claim('a', '1:1', 'h0.1'),
    { ...lapse(1, 60_000), at: end },
    { ...claim('b', '1:1,2:1,1:9', `l${after},h0.1,x1`), at: end },
    { ...claim('c', '1:1', 'h0.2'), r: `${after}|${after + 1_000}|h0.2`, at: after },
    {
      t: 'release',
      h: hold('c'),
      u: 1,
      s: '0.2',
      why: 'given_back',
      l: 2,
      until: after + 120_000,
      at: after,
    },
    // A hold given back early, and one that did not end by the buyer.
    { ...claim('d', '3:1,4:1', 'h0.2,h1.1'), r: `${after}|${after + 9_000}|h0.2,h1.1`, at: after },
    { t: 'release', h: hold('d'), u: 3, s: '0.2', why: 'given_back', at: after },
    { t: 'release', h: hold('d', 1), u: 4, s: '1.1', why: 'cancelled', at: after },
  );
  expect(found).toEqual([]);
});

test('a sale as it should be', () => {
  const { played, found } = replay(
    stock,
    soldOut,
    { t: 'paying', h: hold('a', 0), u: 1, a: 1 },
    { t: 'declined', h: hold('a', 0), u: 1, a: 1 },
    { t: 'paying', h: hold('a', 0), u: 1, a: 2 },
    { t: 'sold', h: hold('a', 0), u: 1, s: '0.1+0.2' },
    { ...release(1, 2, '1.1+1.2'), at: end },
    { t: 'promote', h: hold('a', 2), u: 3, s: '1.1', x: 20_000, at: end },
    { t: 'leave', h: hold('a', 3), u: 4, at: end },
    { ...claim('b', '1:1,2:1,6:1', `dH${hold('a', 0)},h1.2,x1`), at: end },
  );
  // The last buyer is told sold out although standby has places again.
  expect(found).toEqual([['4 in order', `entry ${hold('b', 2)} is sold out though standby has places`]]);
  expect(played.seatsIn('sold')).toBe(2);
  expect(played.seatsIn('held')).toBe(2);
  expect(played.free).toBe(0);
});

test('seats of a hold that lost go to the order that owns them, and the others to standby', () => {
  const order = { h: hold('z'), u: 9 };
  const lost = { ...release(0, 1, '0.1+0.2'), why: 'seats_lost' };
  const promote = { t: 'promote', h: hold('a', 2), u: 3, s: '0.2', x: 20_000 };
  for (const t of ['sold', 'withhold'])
    expect(replay(stock, soldOut, lost, { t, ...order, s: '0.1' }, promote).found).toEqual([]);
  // In the same step, before anybody else gets one.
  const { found } = replay(
    stock,
    soldOut,
    lost,
    { t: 'sold', ...order, s: '0.1' },
    claim('b', '6:1', 'h0.2'),
  );
  expect(found.map(([rule]) => rule)).toEqual(['4 in order']);
});

const sold = { t: 'sold', h: hold('a'), u: 1, s: '0.1+0.2' };
const refund = { ...sold, t: 'refund' };

test('seats are refunded one by one, and standby gets each; an older record is of the whole order', () => {
  const promote = { t: 'promote', h: hold('a', 2), u: 3, s: '0.1', x: 20_000 };
  const first = { ...refund, s: '0.1', n: 1 };
  const { played, found } = replay(stock, soldOut, sold, first, promote, { ...refund, s: '0.2', w: '0.2' });
  expect(found).toEqual([]);
  expect(played.sold).toBe(1);
  expect(played.holds.get(hold('a'))).toMatchObject({ state: 'released' });
  expect(played.withheld).toEqual(new Map([['0.2', hold('a')]]));

  const inPart = replay(stock, claim('a', '1:2', 'h0.1+0.2'), sold, { ...first, w: '0.1' });
  expect(inPart.found).toEqual([]);
  expect(inPart.played.holds.get(hold('a'))).toMatchObject({ state: 'sold', seats: ['0.2'] });
  expect([inPart.played.sold, inPart.played.free]).toEqual([2, 2]);
  const whole = replay(stock, claim('a', '1:2', 'h0.1+0.2'), sold, refund);
  expect([whole.found, whole.played.free]).toEqual([[], 4]);
});

const own = claim('a', '1:2', 'h0.1+0.2');

test.each<[string, Record<string, string | number>[], Rule]>([
  [
    'a refund of a seat that the order does not have',
    [stock, own, sold, { ...refund, s: '1.1', n: 1 }],
    '1 one owner',
  ],
  ['a refund that says another rest', [stock, own, sold, { ...refund, s: '0.1', n: 2 }], '1 one owner'],
  ['a refund of some seats that ends the order', [stock, own, sold, { ...refund, s: '0.1' }], '1 one owner'],
  [
    'a seat refunded twice',
    [stock, own, sold, ...[1, 2].map(() => ({ ...refund, s: '0.1', n: 1 }))],
    '1 one owner',
  ],
  ['a refund of seats that are not paid', [stock, own, { ...refund, s: '0.1', n: 1 }], '5 holds end'],
  ['a seat for two', [stock, claim('a', '1:1,2:1', 'h0.1,h0.1')], '1 one owner'],
  ['a seat that there is not', [stock, claim('a', '1:1', 'h7.1')], '2 seats add up'],
  ['more seats stocked than there are', [{ t: 'stock', n: 5 }], '2 seats add up'],
  ['fewer seats than asked for', [stock, claim('a', '1:2', 'h0.1')], '2 seats add up'],
  ['two holds for one buyer', [stock, claim('a', '1:1,1:1', 'h0.1,h0.2')], '3 one outcome'],
  ['a hold and a place for one buyer', [stock, soldOut, claim('b', '1:1', 's3')], '3 one outcome'],
  [
    'a second outcome for a batch that came again',
    [stock, claim('a', '1:1', 'h0.1'), claim('a', '1:1', 'h0.2')],
    '3 one outcome',
  ],
  ['a duplicate of nothing', [stock, claim('a', '1:1', `dH${hold('z')}`)], '3 one outcome'],
  ['sold out while seats are free', [stock, claim('a', '1:1', 'x1')], '4 in order'],
  [
    'sold out while standby has places',
    [stock, claim('a', '1:2,2:2,3:1', 'h0.1+0.2,h1.1+1.2,x1')],
    '4 in order',
  ],
  ['standby while seats are free', [stock, claim('a', '1:1', 's1')], '4 in order'],
  ['a wrong place in standby', [stock, claim('a', '1:2,2:2,3:1', 'h0.1+0.2,h1.1+1.2,s2')], '4 in order'],
  [
    'a standby buyer who is passed over',
    [
      stock,
      soldOut,
      { ...release(0, 1, '0.1+0.2'), at: end },
      { t: 'promote', h: hold('a', 3), u: 4, s: '0.1+0.2', x: 20_000, at: end },
    ],
    '4 in order',
  ],
  [
    'seats that come free and go to nobody',
    [stock, soldOut, { ...release(0, 1, '0.1+0.2'), at: end }],
    '4 in order',
  ],
  ['a hold that ends early', [stock, soldOut, { ...release(0, 1, '0.1+0.2'), at: inTime }], '5 holds end'],
  [
    'a hold that is released while it is being paid',
    [
      stock,
      claim('a', '1:1', 'h0.1'),
      { t: 'paying', h: hold('a'), u: 1, a: 1 },
      { ...release(0, 1, '0.1'), at: end },
    ],
    '5 holds end',
  ],
  [
    'a payment that begins too late',
    [stock, claim('a', '1:1', 'h0.1'), { t: 'paying', h: hold('a'), u: 1, a: 1, at: 11_000 }],
    '5 holds end',
  ],
  [
    'an attempt that was not counted',
    [stock, claim('a', '1:1', 'h0.1'), { t: 'paying', h: hold('a'), u: 1, a: 2 }],
    '5 money',
  ],
  [
    'a sale of other seats than were held',
    [stock, claim('a', '1:1', 'h0.1'), { t: 'sold', h: hold('a'), u: 1, s: '0.2' }],
    '1 one owner',
  ],
  [
    'a seat given up by who did not have it',
    [stock, claim('a', '1:1,2:1', 'h0.1,h0.2'), { ...release(0, 1, '0.2'), at: end }],
    '1 one owner',
  ],
  [
    'a hold that moves for somebody else',
    [stock, claim('a', '1:1', 'h0.1'), { t: 'paying', h: hold('a'), u: 2, a: 1 }],
    '1 one owner',
  ],
  [
    'a seat lent while somebody has it',
    [stock, claim('a', '1:1', 'h0.1'), { t: 'lend', b: 'x', to: 1, s: '0.1' }],
    '1 one owner',
  ],
  [
    'a lapsed hold whose buyer need not wait',
    [withPause, claim('a', '1:1', 'h0.1'), { ...release(0, 1, '0.1'), at: end }],
    '4 in order',
  ],
  [
    'a pause that is too long',
    [withPause, claim('a', '1:1', 'h0.1'), { ...lapse(1, 70_000), at: end }],
    '4 in order',
  ],
  [
    'a first lapse that is counted as a second one',
    [withPause, claim('a', '1:1', 'h0.1'), { ...lapse(2, 120_000), at: end }],
    '4 in order',
  ],
  [
    'a pause in a drop that has none',
    [stock, claim('a', '1:1', 'h0.1'), { ...lapse(1, 60_000), at: end }],
    '4 in order',
  ],
  [
    'an entry that is decided though it is to be refused',
    [
      withPause,
      claim('a', '1:1', 'h0.1'),
      { ...lapse(1, 60_000), at: end },
      { ...claim('b', '1:1', 'h0.1'), at: end },
    ],
    '4 in order',
  ],
  ['an entry that is refused for nothing', [withPause, claim('a', '1:1', `l${end + 60_000}`)], '4 in order'],
  [
    'an entry that is refused for longer than it should',
    [
      withPause,
      claim('a', '1:1', 'h0.1'),
      { ...lapse(1, 60_000), at: end },
      { ...claim('b', '1:1', `l${end + 90_000}`), at: end },
    ],
    '4 in order',
  ],
  ['leaving standby without being there', [stock, { t: 'leave', h: hold('a'), u: 1 }], '3 one outcome'],
])('%s', (_what, records, rule) => {
  expect(replay(...records).found.map(([found]) => found)).toContain(rule);
});

test('a record that no script writes is not passed over', () => {
  expect(() => decodeRecord('1-0', ['t', 'gift'])).toThrow('unknown kind: gift');
  expect(() => decodeRecord('1-0', ['t', 'paying', 'h', 'x'])).toThrow('lacks u');
});
