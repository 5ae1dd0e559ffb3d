import { act, screen, waitFor } from '@testing-library/react';
import type { OwnEntry } from '@seatdrop/shared/contract/own-entries.ts';
import { answer, problem } from '../../testing/api.ts';
import { draw } from '../../testing/draw.tsx';
import { aDrop, anEvent, fromNow, shopper } from '../../testing/things.ts';
import { passTime, stopTime } from '../../testing/time.ts';
import { HeldNotice } from './held-notice.tsx';

function anEntry(dropId: number, stands: Pick<OwnEntry, 'status'> & Partial<OwnEntry>): OwnEntry {
  const { id, title, venue, startsAt, timeZone } = anEvent();
  const event = { id, title, venue, startsAt, timeZone };
  return { drop: { ...aDrop(), id: dropId }, event, seats: ['0.1', '0.2'], ...stands };
}

const serve = (...items: OwnEntry[]) =>
  answer('get', '/me/entries', () => ({ items, isComplete: true, serverTime: fromNow(0) }));

beforeEach(() => void answer('get', '/auth/me', { user: shopper }));

test('the seats whose time ends first are shown with the way to pay, until it ends', async () => {
  const asked = serve(
    anEntry(1, { status: 'standby', position: 1 }),
    anEntry(2, { status: 'held', expiresAt: fromNow(300_000) }),
    anEntry(3, { status: 'paying', expiresAt: fromNow(-1_000), payBy: fromNow(90_000) }),
    anEntry(4, { status: 'held', expiresAt: fromNow(-1_000) }),
    anEntry(5, { status: 'released', reason: 'expired' }),
  );
  stopTime();
  draw(<HeldNotice />);
  await passTime(1_000);
  const pay = screen.getByRole('link', { name: 'Pay' });
  expect(pay.getAttribute('href')).toBe('/drops/3/pay');
  const bar = screen.getByRole('complementary', { name: 'Held for you' });
  expect(bar.textContent).toMatch(/^2 seats held: 1:(30|29|28) leftThe PromsPay$/);
  await passTime(100_000);
  expect(screen.queryByRole('complementary')).toBeNull();
  expect(asked.count).toBe(1);
});

test('free seats lead to their drop, without a word for money', async () => {
  const entry = anEntry(2, { status: 'held', expiresAt: fromNow(90_000) });
  const price = { amount: 0, currency: 'EUR' };
  serve({ ...entry, drop: { ...entry.drop, price, seatPrice: price } });
  draw(<HeldNotice />, { locale: 'zh-Hant' });
  expect((await screen.findByRole('link', { name: '領取' })).getAttribute('href')).toBe('/drops/2');
});

test('nothing is asked on pages of drops and orders, and it is asked for after they were left', async () => {
  const asked = serve(anEntry(2, { status: 'held', expiresAt: fromNow(90_000) }));
  const { client } = draw(<HeldNotice />, { at: '/drops/1/pay' });
  await waitFor(() => expect(client.getQueryData(['me'])).toBeTruthy());
  await act(async () => history.pushState(null, '', '/orders'));
  expect(asked.count).toBe(0);
  await act(async () => history.pushState(null, '', '/'));
  await screen.findByRole('link', { name: 'Pay' });
  await act(async () => history.pushState(null, '', '/drops/2'));
  expect(screen.queryByRole('link')).toBeNull();
  expect(asked.count).toBe(1);
});

test.each([
  ['guests', () => problem(401, 'not_signed_in')],
  ['banned users', () => ({ user: shopper, scope: 'tickets' })],
])('%s are not asked for', async (_who, me) => {
  answer('get', '/auth/me', me);
  const asked = serve();
  const { client } = draw(<HeldNotice />);
  await waitFor(() => expect(client.getQueryData(['me'])).toBeDefined());
  await act(async () => {});
  expect(asked.count).toBe(0);
});

test('an answer that fails disturbs nobody', async () => {
  const asked = answer('get', '/me/entries', problem(503, 'unavailable'));
  draw(<HeldNotice />);
  await waitFor(() => expect(asked.count).toBe(1));
  expect(document.body.textContent).toBe('');
});
