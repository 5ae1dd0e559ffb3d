import type { EntryState } from '../../../shared/contract/entries.ts';
import { BuyerRecord, type Order, type RuleName } from './rules.ts';

const pricing = { price: { amount: 4500, currency: 'EUR' } };
const seats = ['0.1', '0.2'];
const held: EntryState = {
  version: 5,
  status: 'held',
  seats,
  checkoutToken: 'x',
  expiresAt: '2026-01-01T00:00:00.000Z',
};
const order: Order = {
  id: 'abc-1',
  dropId: 7,
  status: 'paid',
  amount: { amount: 9000, currency: 'EUR' },
  seats: [{ id: '0.2' }, { id: '0.1' }],
};
const cheaper = { ...order, amount: { ...order.amount, amount: 4500 } };
const elsewhere = { ...order, seats: [{ id: '0.1' }, { id: '5.5' }] };

function broken(story: (record: BuyerRecord) => void): RuleName[] {
  const found: RuleName[] = [];
  const onVerdict = (rule: RuleName, holds: boolean) => void (holds || found.push(rule));
  story(new BuyerRecord({ userId: 42, dropId: 7, pricing }, onVerdict));
  return found;
}

test('a correct purchase breaks no rule', () => {
  const checked = new Set<RuleName>();
  const story = new BuyerRecord({ userId: 42, dropId: 7, pricing }, (rule, holds, details) => {
    checked.add(rule);
    expect([rule, holds, details]).toEqual([rule, true, expect.any(String)]);
  });
  story.add({ version: 5, status: 'standby', position: 1 });
  story.outcomeWithin(30);
  story.add(held);
  story.add({ version: 5, status: 'paying', seats });
  story.add(held);
  story.bought(order, seats);
  story.add({ version: 5, status: 'sold', seats, orderId: order.id });
  story.readOrder(200, order);
  story.paidAgain({ status: 409, code: 'already_paid', orderId: order.id });
  story.paidAgain({ status: 201, orderId: order.id });
  story.listed([order, { ...order, id: 'other', dropId: 8 }, { ...order, id: 'old', status: 'refunded' }]);
  story.checkFinalState({ version: 5, status: 'sold', seats, orderId: order.id });
  expect([...checked].toSorted()).toEqual(
    ['chargedOnce', 'oneHold', 'orderKept', 'outcome', 'sameStory', 'seatsSold'].toSorted(),
  );
});

test.each<[string, (record: BuyerRecord) => void, RuleName]>([
  ['an accepted entry without an outcome', (record) => record.outcomeWithin(30), 'outcome'],
  [
    'a second hold while the first one lives',
    (record) => {
      record.add(held);
      record.add({ ...held, seats: ['3.1', '3.2'] });
    },
    'oneHold',
  ],
  [
    'a second hold while the first one is being paid',
    (record) => {
      record.add(held);
      record.add({ version: 5, status: 'paying', seats });
      record.add({ ...held, seats: ['0.1'] });
    },
    'oneHold',
  ],
  [
    'a hold that does not end',
    (record) => {
      record.add(held);
      record.holdEndedWithin(15);
    },
    'holdEnds',
  ],
  ['an order of other seats', (record) => record.bought(elsewhere, seats), 'seatsSold'],
  [
    'an order of fewer seats',
    (record) => record.bought({ ...order, seats: [{ id: '0.1' }] }, seats),
    'seatsSold',
  ],
  ['an order at another price', (record) => record.bought(cheaper, seats), 'seatsSold'],
  [
    'an order that cannot be read afterwards',
    (record) => {
      record.bought(order, seats);
      record.readOrder(404, undefined);
    },
    'orderKept',
  ],
  [
    'an order that has changed afterwards',
    (record) => {
      record.bought(order, seats);
      record.readOrder(200, elsewhere);
    },
    'seatsSold',
  ],
  [
    'a second order for the same hold',
    (record) => {
      record.bought(order, seats);
      record.paidAgain({ status: 201, orderId: 'abc-2' });
    },
    'chargedOnce',
  ],
  [
    'a second charge that is declined',
    (record) => {
      record.bought(order, seats);
      record.paidAgain({ status: 402, code: 'payment_declined' });
    },
    'chargedOnce',
  ],
  ['two orders of one entry', (record) => record.listed([order, { ...order, id: 'abc-2' }]), 'chargedOnce'],
  [
    'an answer by HTTP that differs from the last event',
    (record) => {
      record.add({ version: 5, status: 'sold_out' });
      record.checkFinalState(held);
    },
    'sameStory',
  ],
  [
    'an answer by HTTP with another order',
    (record) => {
      record.bought(order, seats);
      record.add({ version: 5, status: 'sold', seats, orderId: order.id });
      record.checkFinalState({ version: 5, status: 'sold', seats, orderId: 'abc-2' });
    },
    'sameStory',
  ],
])('%s is reported', (_case, story, rule) => {
  expect(broken(story)).toEqual([rule]);
});

test('a state that is older than the last one is ignored', () => {
  const story = (record: BuyerRecord) => {
    record.add({ ...held, version: 7 });
    record.add({ ...held, version: 6, seats: ['3.1'] });
    record.add({ version: 6, status: 'standby', position: 1 });
    record.checkFinalState({ version: 6, status: 'sold_out' });
    expect(record.last).toMatchObject({ version: 7, status: 'held' });
  };
  expect(broken(story)).toEqual([]);
});

test('two holds with a release between them break no rule, nor do answers that the system is busy', () => {
  const story = (record: BuyerRecord) => {
    record.add(held);
    record.add({ version: 5, status: 'released', reason: 'expired' });
    record.add({ ...held, seats: ['3.1', '3.2'] });
    record.bought({ ...order, seats: [{ id: '3.1' }, { id: '3.2' }] }, ['3.1', '3.2']);
    for (const status of [0, 429, 503]) record.paidAgain({ status });
  };
  expect(broken(story)).toEqual([]);
});
