import { screen, waitFor, within } from '@testing-library/react';
import { answer, problem } from '../../testing/api.ts';
import { draw } from '../../testing/draw.tsx';
import { aDrop, anEvent, fromNow, shopper } from '../../testing/things.ts';
import { passTime, stopTime } from '../../testing/time.ts';
import type { OwnEntry } from '@seatdrop/shared/contract/own-entries.ts';
import OrdersPage from './orders-page.tsx';

let drops = 0;
function anEntry(title: string, stands: Pick<OwnEntry, 'status'> & Partial<OwnEntry>): OwnEntry {
  drops += 1;
  const { id, venue, startsAt, timeZone } = anEvent();
  const event = { id, title, venue, startsAt, timeZone };
  return { drop: { ...aDrop(), id: drops }, event, ...stands };
}

const has = (items: OwnEntry[], isComplete = true) => ({ items, isComplete, serverTime: fromNow(0) });
const nothing = { items: [], next: null };

beforeEach(() => {
  answer('get', '/auth/me', { user: shopper });
  answer('get', '/orders', nothing);
});

test('seats to pay for come first, with the time left and the way to pay; then standby; then what ended and why', async () => {
  const held = anEntry('Held', { status: 'held', seats: ['0.1', '0.2'], expiresAt: fromNow(90_000) });
  const entries = [
    held,
    anEntry('Asked', { status: 'paying', seats: ['0.3'], expiresAt: fromNow(1_000), payBy: fromNow(60_000) }),
    anEntry('Paying', { status: 'paying', seats: ['0.3'], expiresAt: fromNow(1_000) }),
    anEntry('Waiting', { status: 'standby', position: 12 }),
    anEntry('Lapsed', { status: 'released', reason: 'expired' }),
    anEntry('Full', { status: 'sold_out' }),
    anEntry('Refused', { status: 'sold_out', reason: 'hold_lapsed', retryAt: fromNow(-1) }),
    anEntry('Lost', { status: 'released' }),
  ];
  answer('get', '/me/entries', has(entries));
  draw(<OrdersPage />);
  await screen.findByRole('heading', { level: 1, name: 'My tickets' });
  expect(screen.getAllByRole('heading', { level: 2 }).map((each) => each.textContent)).toEqual([
    'Held',
    'Asked',
    'Paying',
    'Waiting',
    'Ended lately',
  ]);
  const card = (title: string) =>
    within(screen.getByRole('heading', { level: 2, name: title }).closest('article')!);
  expect(card('Held').getByRole('timer').getAttribute('aria-label')).toMatch(/^1:(30|29) left to pay$/);
  const pay = card('Held').getByRole('link', { name: 'Pay €50' });
  expect(pay.getAttribute('href')).toBe(`/drops/${held.drop.id}/pay`);
  expect(card('Asked').getByRole('link', { name: 'Pay €25' })).not.toBeNull();
  expect(card('Paying').getByText('Your payment is being processed')).not.toBeNull();
  expect(card('Waiting').getByText('12').parentElement?.textContent).toBe('12your place in line');
  const ended = screen.getAllByRole('listitem').slice(4);
  expect(ended.map((each) => each.textContent)).toEqual([
    'LapsedThe time to pay ran out',
    'FullSold out',
    'RefusedNot accepted, because you had not taken held seats in time',
    'LostYour seats are no longer held',
  ]);
  expect(screen.getByText('No tickets yet')).not.toBeNull();
});

test('texts about free tickets have no word for paying', async () => {
  const entry = anEntry('Free', { status: 'held', seats: ['0.1'], expiresAt: fromNow(90_000) });
  const price = { amount: 0, currency: 'EUR' };
  answer('get', '/me/entries', has([{ ...entry, drop: { ...entry.drop, price, seatPrice: price } }]));
  draw(<OrdersPage />);
  const link = await screen.findByRole('link', { name: 'Get the tickets' });
  expect(link.getAttribute('href')).toBe(`/drops/${entry.drop.id}`);
  expect(document.body.textContent).not.toMatch(/\bpay/i);
});

test('with neither entries nor orders there is one empty state, and a banned user’s entries are not asked for', async () => {
  const asked = answer('get', '/me/entries', has([]));
  const { unmount } = draw(<OrdersPage />);
  await screen.findByRole('heading', { level: 1, name: 'No tickets yet' });
  expect(asked.count).toBe(1);
  unmount();
  answer('get', '/auth/me', { user: shopper, scope: 'tickets' });
  draw(<OrdersPage />);
  await screen.findByRole('heading', { level: 1, name: 'No tickets yet' });
  expect(asked.count).toBe(1);
});

test('entries that cannot be loaded, or not all, are said to be missing, and the orders are shown all the same', async () => {
  const asked = answer('get', '/me/entries', () => problem(503, 'unavailable'));
  draw(<OrdersPage />);
  await screen.findByText(/could not be loaded\. They are not lost/);
  await screen.findByText('No tickets yet');
  expect(asked.count).toBe(1);
  answer('get', '/me/entries', has([anEntry('Waiting', { status: 'standby', position: 1 })], false));
  screen.getByRole('button', { name: 'Try again' }).click();
  await screen.findByText(/^Some sales did not answer/);
  expect(screen.getByRole('heading', { level: 2, name: 'Waiting' })).not.toBeNull();
});

test('they are asked for again when the page is looked at again, and once the time of a hold is over', async () => {
  stopTime();
  const held = anEntry('Held', { status: 'held', seats: ['0.1'], expiresAt: fromNow(5_000) });
  const asked = answer('get', '/me/entries', has([held]));
  draw(<OrdersPage />);
  await passTime(1_000);
  expect(asked.count).toBe(1);
  window.dispatchEvent(new Event('visibilitychange'));
  await passTime(400);
  expect(asked.count).toBe(2);
  const after = answer('get', '/me/entries', has([{ ...held, status: 'released', reason: 'expired' }]));
  await passTime(8_000);
  await waitFor(() => expect(after.count).toBe(1));
  expect(screen.getByText('The time to pay ran out')).not.toBeNull();
});
