import { screen } from '@testing-library/react';
import { showDropPage } from '../../testing/drop-page.tsx';
import { aDrop, aState, fromNow } from '../../testing/things.ts';
import type { Entry } from '../api/types.ts';

jest.mock('../live/socket.ts', () => jest.requireActual('../../testing/socket.ts'));

const soldOut = aState({ free: 0, held: 2, sold: 10, soldOut: true });
const held: Entry = {
  status: 'held',
  version: 2,
  seats: ['0.1', '0.2'],
  expiresAt: fromNow(60_000),
  checkoutToken: 'token',
};

const title = (name: string) => screen.findByRole('heading', { level: 2, name });

test.each<[string, Parameters<typeof showDropPage>[0], string]>([
  [
    'before it opens',
    {
      drop: aDrop({ state: 'scheduled', opensAt: fromNow(90_000) }),
      state: aState({ phase: 'scheduled', opensAt: fromNow(90_000) }),
    },
    'The sale opens in',
  ],
  ['while it is open', {}, 'The sale is open'],
  ['a hold', { entry: held }, 'These 2 seats are yours to buy'],
  [
    'a payment that the bank thinks about',
    { entry: { ...held, status: 'paying' } },
    'Your payment is being processed',
  ],
  ['a place in standby', { entry: { status: 'standby', version: 2, position: 3 } }, 'You are in standby'],
  [
    'what is paid',
    { entry: { status: 'sold', version: 2, seats: ['0.1'], orderId: 'o1' } },
    'Paid. See you there.',
  ],
  ['nothing left', { state: soldOut }, 'Sold out'],
  ['an entry that got nothing', { state: soldOut, entry: { status: 'sold_out', version: 2 } }, 'Sold out'],
  [
    'a hold that lapsed',
    { entry: { status: 'released', version: 2, reason: 'expired' } },
    'The time to pay ran out',
  ],
  [
    'an entry too soon after that',
    { entry: { status: 'sold_out', version: 2, reason: 'hold_lapsed', retryAt: fromNow(60_000) } },
    'You cannot enter again yet',
  ],
  ['a pause', { state: aState({ phase: 'paused' }) }, 'The sale is paused'],
  [
    'the end',
    {
      drop: aDrop({ closesAt: fromNow(-1_000) }),
      state: aState({ phase: 'closed', closesAt: fromNow(-1_000) }),
    },
    'The sale is closed',
  ],
  ['a cancelled sale', { state: aState({ phase: 'cancelled' }) }, 'The sale was cancelled'],
])('%s has its words', async (_, scene, words) => {
  await showDropPage(scene);
  expect(await title(words)).toBeTruthy();
});

test('a change that the server tells of is shown at once', async () => {
  const { say } = await showDropPage();
  await title('The sale is open');
  say(held);
  await title('These 2 seats are yours to buy');
  say({ status: 'released', version: 3, reason: 'expired' });
  expect(await title('The time to pay ran out')).toBeTruthy();
});

test('a sale without standby never speaks of it', async () => {
  const drop = aDrop({ standbyLimit: 0 });
  await showDropPage({ drop, state: soldOut, entry: { status: 'sold_out', version: 2 } });
  await screen.findByText(/All seats were taken when your entry arrived\. You were not charged\./);
  expect(document.body.textContent).not.toMatch(/standby/i);
});

test('with standby left alone, the button says that it joins standby', async () => {
  await showDropPage({ state: aState({ free: 0, held: 2, sold: 10 }) });
  expect(await screen.findByRole('button', { name: 'Join standby for 2 seats' })).toBeTruthy();
  expect(screen.queryByRole('button', { name: /Buy/ })).toBeNull();
});

test('with fewer seats left than chosen, those are offered, and standby for all', async () => {
  await showDropPage({ state: aState({ free: 1, held: 1, sold: 10 }) });
  expect(await screen.findByRole('button', { name: 'Buy 1 seat · €25' })).toBeTruthy();
  expect(screen.getByText('Only 1 seat is left at the moment.')).toBeTruthy();
  expect(screen.getByRole('button', { name: 'Join standby for 2 seats' })).toBeTruthy();
});

test('with fewer seats left than chosen and no standby, those are all that is offered', async () => {
  await showDropPage({ drop: aDrop({ standbyLimit: 0 }), state: aState({ free: 1, held: 1, sold: 10 }) });
  expect(await screen.findByRole('button', { name: 'Buy 1 seat · €25' })).toBeTruthy();
  expect(screen.queryByRole('button', { name: /standby/ })).toBeNull();
});
