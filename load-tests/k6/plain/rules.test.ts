import type { EntryState } from '../../../shared/contract/entries.ts';
import { BuyerRecord, type Order, type RuleName } from './rules.ts';

const price = { amount: 4500, currency: 'EUR' };
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
  const note = (rule: RuleName, holds: boolean) => void (holds || found.push(rule));
  story(new BuyerRecord({ userId: 42, dropId: 7, price }, note));
  return found;
}

test('an honest sale breaks no rule', () => {
  const judged = new Set<RuleName>();
  const story = new BuyerRecord({ userId: 42, dropId: 7, price }, (rule, holds, what) => {
    judged.add(rule);
    expect([rule, holds, what]).toEqual([rule, true, expect.any(String)]);
  });
  story.hear({ version: 5, status: 'standby', position: 1 });
  story.outcomeWithin(30);
  story.hear(held);
  story.hear({ version: 5, status: 'paying', seats });
  story.hear(held);
  story.bought(order, seats);
  story.hear({ version: 5, status: 'sold', seats, orderId: order.id });
  story.readOrder(200, order);
  story.paidAgain({ status: 409, code: 'already_paid', orderId: order.id });
  story.paidAgain({ status: 201, orderId: order.id });
  story.listed([order, { ...order, id: 'other', dropId: 8 }, { ...order, id: 'old', status: 'refunded' }]);
  story.askedAtTheEnd({ version: 5, status: 'sold', seats, orderId: order.id });
  expect([...judged].toSorted()).toEqual(
    ['chargedOnce', 'oneHold', 'orderKept', 'outcome', 'sameStory', 'seatsSold'].toSorted(),
  );
});

test.each<[string, (record: BuyerRecord) => void, RuleName]>([
  ['an accepted entry of which nothing is heard', (record) => record.outcomeWithin(30), 'outcome'],
  [
    'a second hold while the first one lives',
    (record) => {
      record.hear(held);
      record.hear({ ...held, seats: ['3.1', '3.2'] });
    },
    'oneHold',
  ],
  [
    'a second hold while the first one is being paid',
    (record) => {
      record.hear(held);
      record.hear({ version: 5, status: 'paying', seats });
      record.hear({ ...held, seats: ['0.1'] });
    },
    'oneHold',
  ],
  [
    'a hold that does not end',
    (record) => {
      record.hear(held);
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
    'an order that is not there afterwards',
    (record) => {
      record.bought(order, seats);
      record.readOrder(404, undefined);
    },
    'orderKept',
  ],
  [
    'an order that is another one afterwards',
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
    'another answer by HTTP than was told',
    (record) => {
      record.hear({ version: 5, status: 'sold_out' });
      record.askedAtTheEnd(held);
    },
    'sameStory',
  ],
  [
    'another order by HTTP than was bought',
    (record) => {
      record.bought(order, seats);
      record.hear({ version: 5, status: 'sold', seats, orderId: order.id });
      record.askedAtTheEnd({ version: 5, status: 'sold', seats, orderId: 'abc-2' });
    },
    'sameStory',
  ],
])('%s', (_what, story, rule) => {
  expect(broken(story)).toEqual([rule]);
});

test('what is older than what is known says nothing', () => {
  const story = (record: BuyerRecord) => {
    record.hear({ ...held, version: 7 });
    record.hear({ ...held, version: 6, seats: ['3.1'] });
    record.hear({ version: 6, status: 'standby', position: 1 });
    record.askedAtTheEnd({ version: 6, status: 'sold_out' });
    expect(record.last).toMatchObject({ version: 7, status: 'held' });
  };
  expect(broken(story)).toEqual([]);
});

test('a release comes between two holds, and being busy says nothing of a payment', () => {
  const story = (record: BuyerRecord) => {
    record.hear(held);
    record.hear({ version: 5, status: 'released', reason: 'expired' });
    record.hear({ ...held, seats: ['3.1', '3.2'] });
    record.bought({ ...order, seats: [{ id: '3.1' }, { id: '3.2' }] }, ['3.1', '3.2']);
    for (const status of [0, 429, 503]) record.paidAgain({ status });
  };
  expect(broken(story)).toEqual([]);
});
