import { screen } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { answer, noLine, problem } from '../../testing/api.ts';
import { showDropPage } from '../../testing/drop-page.tsx';
import { aDrop, aState, fromNow, noEntry } from '../../testing/things.ts';
import type { Entry } from '../api/types.ts';

jest.mock('../live/socket.ts', () => jest.requireActual('../../testing/socket.ts'));

const total = { amount: 0, currency: 'EUR' };
const drop = aDrop({ price: total });

/** Each test uses its own seats, since what is known of a payment outlives its page. */
const held = (seat: string, changes: Partial<Entry> = {}): Entry => ({
  status: 'held',
  version: 2,
  seats: [seat],
  expiresAt: fromNow(60_000),
  checkoutToken: 'token',
  ...changes,
});
const order = () => Response.json({ id: 'order-1' }, { status: 201 });

/** Answers to checkout, in this order; the last one repeats. */
function checkout(...replies: (object | (() => Response))[]) {
  return answer('post', '/checkout', ({ count }) => {
    const reply = replies[Math.min(count, replies.length) - 1];
    return (typeof reply === 'function' ? reply() : reply) as Response;
  });
}

const button = () => screen.findByRole('button', { name: 'Get the tickets' });
const taken = () => screen.findByRole('heading', { level: 2, name: 'The tickets are yours. See you there.' });

test.each(['/drops/1', '/drops/1/pay'])(
  'one press gets the tickets, and nothing before it (%s)',
  async (at) => {
    const asked = checkout(order);
    await showDropPage({ drop, entry: held(at === '/drops/1' ? '0.1' : '0.2'), at });
    const press = await button();
    expect(screen.getByRole('heading', { level: 2, name: 'This seat is held for you' })).toBeTruthy();
    expect(screen.queryByRole('link', { name: /^Pay/ })).toBeNull();
    expect(asked.count).toBe(0);
    await userEvent.click(press);
    await taken();
    expect(asked.bodies).toEqual([{ checkoutToken: 'token', total }]);
    expect(screen.getByRole('link', { name: 'Show tickets' }).getAttribute('href')).toBe('/orders/order-1');
  },
);

test('a lost answer is asked for again', async () => {
  const asked = checkout(noLine(), order);
  await showDropPage({ drop, entry: held('0.3') });
  await userEvent.click(await button());
  await screen.findByText(/^No answer yet/);
  await taken();
  expect(asked.count).toBe(2);
});

test('a refusal is said, and the button is there again', async () => {
  const asked = checkout(() => problem(401, 'bad_checkout_token'), order);
  await showDropPage({ drop, entry: held('0.4') });
  await userEvent.click(await button());
  await screen.findByText('This hold is no longer valid.');
  await userEvent.click(await button());
  await taken();
  expect(asked.count).toBe(2);
});

test('if the server names a total, nothing is taken before the buyer agrees to it', async () => {
  const newTotal = { amount: 2600, currency: 'EUR' };
  const asked = checkout(() => problem(409, 'total_changed', { total: newTotal }));
  await showDropPage({ drop, entry: held('0.5') });
  await userEvent.click(await button());
  await userEvent.click(await screen.findByRole('link', { name: /^Pay/ }));
  await screen.findByText(/The total is now €26/);
  expect(asked.count).toBe(1);
});

test('a press whose result this page does not know is asked about', async () => {
  const asked = checkout(order);
  await showDropPage({ drop, entry: held('0.6', { status: 'paying', payBy: fromNow(60_000) }) });
  await taken();
  expect(asked.count).toBe(1);
});

test('before the opening the price is said as free', async () => {
  const opensAt = fromNow(60_000);
  await showDropPage({
    drop: { ...drop, state: 'scheduled', opensAt },
    state: aState({ phase: 'scheduled', opensAt }),
  });
  expect(screen.getByText('Free')).toBeTruthy();
});

test('the button of an open drop says that it is free', async () => {
  await showDropPage({ drop });
  expect(await screen.findByRole('button', { name: 'Get 2 seats · free' })).toBeTruthy();
});

const money = /\b(pay|paid|payment|charged?|refund\w*|money|cards?|bank|buy)\b|€/i;
const over = { status: 'released', version: 2 } as const;

test.each<[string, Entry]>([
  ['standby', { status: 'standby', version: 2, position: 2, mayComeBack: 0 }],
  ['sold out', { status: 'sold_out', version: 2 }],
  ['lapsed', { ...over, reason: 'expired', retryAt: fromNow(60_000) }],
  ['given back', { ...over, reason: 'given_back' }],
  ['not taken', { ...over, reason: 'declined' }],
  ['lost', { ...over, reason: 'seats_lost' }],
  ['refunded', { ...over, reason: 'refunded' }],
  ['held', held('0.7')],
  ['taken', { status: 'sold', version: 2, seats: ['0.8'], orderId: 'order-8' }],
  ['not decided', { status: 'paying', version: 2, seats: ['0.9'] }],
])('no stage speaks of money (%s)', async (_stage, entry) => {
  const returns = { until: fromNow(60_000), keepPercent: 0 };
  await showDropPage({ drop: { ...drop, returns }, entry, state: aState({ free: 0, soldOut: true }) });
  const panel = document.querySelector('[data-stage]')!;
  expect(panel.textContent.length).toBeGreaterThan(30);
  expect(panel.textContent).not.toMatch(money);
});

test.each<Entry>([noEntry, { status: 'sold', version: 2, seats: ['0.8'] }])(
  'nor does a sale that is cancelled (%j)',
  async (entry) => {
    await showDropPage({ drop, entry, state: aState({ phase: 'cancelled' }) });
    await screen.findByText('Its tickets are not valid.');
    expect(document.querySelector('[data-stage]')!.textContent).not.toMatch(money);
  },
);
