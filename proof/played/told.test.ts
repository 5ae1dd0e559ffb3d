import type { EntryState } from '../../shared/contract/entries.ts';
import { heldState } from '../../shared/messages/entry-state.ts';
import { newDrop } from '../../testing/inventory.ts';
import { decodeRecord } from '../../shared/ledger/record.ts';
import { randomKeys } from '../../testing/keys.ts';
import { checkNobodyWasOvertaken } from './nobody-was-overtaken.ts';
import { Replay } from '../replay.ts';
import { checkTold, type BuyerRecord, type Press } from './told.ts';
import { createReport, type Rule } from '../violation.ts';

const key = randomKeys();
const drop = newDrop({ sections: [{ name: 'Stalls', rows: 1, seatsPerRow: 1 }], standbyLimit: 1 });
const place = { dropId: drop.id, partition: 0 };
const id = (letter: string, index: number) => `${letter.repeat(14)}-${index}`;

/** Buyer 1 has the seat, buyer 2 is in standby, buyer 3 has nothing; then the records of `more`. */
function replayOf(...more: Record<string, string | number>[]): Replay {
  const replay = new Replay(drop, place, () => {});
  const records = [
    { t: 'stock', n: 1 },
    { t: 'claim', b: 'a'.repeat(14), e: '1:1,2:1,3:1', r: '1000|10000|h0.1,s1,x1' },
    ...more,
  ];
  for (const fields of records)
    replay.apply(decodeRecord('20000-0', Object.entries(fields).flat().map(String)));
  replay.finish();
  return replay;
}

const held = (holdId: string, buyerId = 1, seat = '0.1') =>
  heldState(place, { holdId, buyerId, seats: [seat], expiresAt: 10_000, version: 1 }, key);
const press = (sentAt = 0, answeredAt = 1, result: Press['result'] = 'accepted'): Press => ({
  sentAt,
  answeredAt,
  result,
});
const buyer = (userId: number, told: EntryState[], presses = [press()]): BuyerRecord => ({
  userId,
  presses,
  told: told.map((entry, at) => ({ at, by: 'socket', entry })),
});

function found(buyers: BuyerRecord[], replay = replayOf()): [Rule, string][] {
  const { violations, report } = createReport();
  checkTold(buyers, [replay], key, report);
  return violations.map(({ rule, what }) => [rule, what]);
}

test('standby that ended when the drop closed is told as such, and only that', () => {
  const ended: EntryState = { status: 'released', version: 2, reason: 'closed' };
  const told = [
    buyer(1, [held(id('a', 0))]),
    buyer(2, [{ status: 'standby', version: 1, position: 1 }, ended]),
    buyer(3, [{ status: 'sold_out', version: 1 }]),
  ];
  const closed = replayOf(
    { t: 'terms', m: 4, w: 1, x: 600_000, c: 15_000 },
    { t: 'end', e: `2:${id('a', 1)}` },
  );
  expect(found(told, closed)).toEqual([]);
  expect(found(told)).toContainEqual([
    'told the truth',
    'buyer 2 was told that standby ended with the sale, which it did not',
  ]);
});

test('buyers who were told the truth', () => {
  const told = [
    buyer(1, [held(id('a', 0)), held(id('a', 0))]),
    buyer(2, [{ status: 'standby', version: 1, position: 1 }]),
    buyer(3, [{ status: 'sold_out', version: 1 }]),
    // One came too late, and the answer to the other was lost.
    buyer(4, [], [press(0, 1, 'refused')]),
    buyer(5, [], [press(0, 1, 'unknown')]),
  ];
  expect(found(told)).toEqual([]);
});

test('seats that were given back were rightly told as held and sold before', () => {
  const sections = [{ name: 'Stalls', rows: 1, seatsPerRow: 2 }];
  const seats = ['0.1', '0.2'];
  const holdId = id('a', 0);
  const told: EntryState[] = [
    heldState(place, { holdId, buyerId: 1, seats, expiresAt: 10_000, version: 1 }, key),
    { status: 'sold', version: 2, seats, orderId: holdId },
    { status: 'sold', version: 3, seats: ['0.2'], orderId: holdId },
  ];
  const order = { h: holdId, u: 1 };
  const records = [
    { t: 'stock', n: 2 },
    { t: 'claim', b: 'a'.repeat(14), e: '1:2', r: '1000|10000|h0.1+0.2' },
    { t: 'sold', ...order, s: '0.1+0.2' },
    { t: 'refund', ...order, s: '0.1', n: 1 },
  ];
  const played = (more: object[]) => {
    const replay = new Replay({ ...drop, sections, capacity: 2 }, place, () => {});
    for (const fields of [...records, ...more])
      replay.apply(decodeRecord('20000-0', Object.entries(fields).flat().map(String)));
    replay.finish();
    return replay;
  };
  expect(found([buyer(1, told)], played([]))).toEqual([]);
  const rest = { t: 'refund', ...order, s: '0.2', n: 0 };
  expect(found([buyer(1, [...told, { status: 'released', version: 4 }])], played([rest]))).toEqual([]);
  expect(found([buyer(1, told)], played([rest])).map(([rule]) => rule)).toEqual(['told the truth']);
});

test('a buyer whose hold has ended may enter again, and what came of that is the last word', () => {
  const again = (outcome: string) => [
    { t: 'release', h: id('a', 0), u: 1, s: '0.1', why: 'expired' },
    { t: 'promote', h: id('a', 1), u: 2, s: '0.1', x: 30_000 },
    { t: 'claim', b: 'b'.repeat(14), e: '1:1', r: `20000|30000|${outcome}` },
  ];
  const presses = [press(), press(5, 6)];
  const ended = [held(id('a', 0)), { status: 'released', version: 1 } as const];
  const waits = buyer(1, [...ended, { status: 'standby', version: 1, position: 1 }], presses);
  expect(found([waits], replayOf(...again('s1')))).toEqual([]);
  const soldOut = buyer(1, [...ended, { status: 'sold_out', version: 1 }], presses);
  expect(found([soldOut], replayOf(...again('x1')))).toEqual([]);
  expect(found([buyer(1, ended, presses)], replayOf(...again('s1')))).toHaveLength(1);
});

test.each<[string, BuyerRecord, Rule]>([
  ['accepted, but never decided', buyer(6, []), '3 one outcome'],
  [
    'accepted once, decided as often as not at all',
    buyer(3, [{ status: 'sold_out', version: 1 }], [press(), press()]),
    '3 one outcome',
  ],
  [
    'refused, and yet decided',
    buyer(3, [{ status: 'sold_out', version: 1 }], [press(0, 1, 'refused')]),
    '3 one outcome',
  ],
  ['told nothing', buyer(1, []), 'told the truth'],
  ['told of another hold', buyer(1, [held(id('b', 0))]), 'told the truth'],
  ['told of other seats', buyer(1, [held(id('a', 0), 1, '0.2')]), 'told the truth'],
  ['given somebody else’s token', buyer(1, [held(id('a', 0), 2)]), 'told the truth'],
  ['told of two holds at once', buyer(1, [held(id('b', 0)), held(id('a', 0))]), 'told the truth'],
  ['told to stand by', buyer(3, [{ status: 'standby', version: 1, position: 1 }]), 'told the truth'],
  ['told that all is sold out', buyer(1, [{ status: 'sold_out', version: 1 }]), 'told the truth'],
  [
    'told that it is paid',
    buyer(1, [held(id('a', 0)), { status: 'sold', version: 1, orderId: id('a', 0) }]),
    'told the truth',
  ],
  [
    'told that it has ended',
    buyer(1, [held(id('a', 0)), { status: 'released', version: 1 }]),
    'told the truth',
  ],
])('%s', (_what, record, rule) => {
  expect(found([record]).map(([rules]) => rules)).toContain(rule);
});

test('news that comes late is no last word, and no second hold', () => {
  const left = replayOf({ t: 'leave', h: id('a', 1), u: 2 });
  const late = { status: 'standby', version: 1, position: 1 } as const;
  expect(found([buyer(2, [late, { status: 'none', version: 2 }, late])], left)).toEqual([]);
  expect(
    found(
      [
        buyer(2, [
          { status: 'none', version: 2 },
          { ...late, version: 3 },
        ]),
      ],
      left,
    ),
  ).toHaveLength(1);

  const ended = replayOf({ t: 'release', h: id('a', 0), u: 1, s: '0.1', why: 'expired' });
  const released = { status: 'released', version: 2 } as const;
  expect(found([buyer(1, [released, held(id('a', 0))])], ended)).toEqual([]);
});

test('who was not told how it ended', () => {
  const ended = replayOf(
    { t: 'release', h: id('a', 0), u: 1, s: '0.1', why: 'expired' },
    { t: 'promote', h: id('a', 1), u: 2, s: '0.1', x: 30_000 },
  );
  expect(found([buyer(1, [held(id('a', 0))])], ended)).toEqual([
    ['told the truth', 'buyer 1 was last told held, and it is released'],
  ]);
  expect(found([buyer(2, [{ status: 'standby', version: 1, position: 1 }])], ended)).toEqual([
    ['told the truth', 'buyer 2 was last told standby, and it is held'],
  ]);
});

test('who was accepted before another one was sent must be decided before', () => {
  const overtaken = (...buyers: BuyerRecord[]) => {
    const { violations, report } = createReport();
    checkNobodyWasOvertaken(buyers, [replayOf()], report);
    return violations.map(({ what }) => what);
  };
  expect(overtaken(buyer(1, [], [press(0, 10)]), buyer(2, [], [press(20, 30)]))).toEqual([]);
  // At the same time: either may be first.
  expect(overtaken(buyer(1, [], [press(5, 40)]), buyer(2, [], [press(0, 30)]))).toEqual([]);
  expect(overtaken(buyer(1, [], [press(20, 30)]), buyer(3, [], [press(0, 10)]))).toEqual([
    `${id('a', 0)} was decided before ${id('a', 2)}`,
  ]);
  // The entry that was decided may be an earlier attempt. Nobody knows whether that one arrived.
  const tries = [press(0, 5, 'unknown'), press(20, 30)];
  expect(overtaken(buyer(1, [], tries), buyer(3, [], [press(0, 10)]))).toEqual([]);
});
