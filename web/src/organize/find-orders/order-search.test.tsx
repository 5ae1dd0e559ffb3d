import { act, fireEvent, screen, waitFor } from '@testing-library/react';
import { answer, problem } from '../../../testing/api.ts';
import { draw } from '../../../testing/draw.tsx';
import { aFoundOrder } from '../../../testing/things.ts';
import { PaidToPlatform } from '../../admin/paid-to-platform.tsx';
import { OrderSearch } from './order-search.tsx';

const path = '/orders/search';

// The texts come by a promise, which suspends the page for a moment.
const show = (locale: 'en' | 'zh-Hant' = 'en') => act(async () => void draw(<OrderSearch />, { locale }));
const type = (value: string) => fireEvent.change(screen.getByRole('searchbox'), { target: { value } });

test('what is found leads to the order, and names its buyer, event and seats', async () => {
  const asked: string[] = [];
  answer('get', path, ({ request }) => {
    asked.push(new URL(request.url).searchParams.get('q') ?? '');
    return { items: [aFoundOrder()], next: null };
  });
  await show();
  expect(screen.getByText('Type at least 2 characters.')).toBeTruthy();
  type(' Stalls 2 5 ');
  const link = await screen.findByRole('link', { name: 'Mara Moon' });
  expect(link.getAttribute('href')).toBe('/organize/orders/01mfzqk3x0000a-1');
  expect(screen.getByText('The Proms')).toBeTruthy();
  expect(screen.getByText('Stalls, row 2: 5')).toBeTruthy();
  expect(asked).toEqual(['Stalls 2 5']);
});

test.each([
  [{ items: [], next: null }, 'No orders found'],
  [() => problem(422, 'search_too_broad'), 'Too many orders match'],
  [() => problem(422, 'invalid_request'), 'No orders found'],
  [() => problem(400, 'malformed_json'), 'Try again'],
])('an answer without orders says why', async (reply, said) => {
  answer('get', path, reply);
  await show();
  type('mara');
  expect(await screen.findByText(said)).toBeTruthy();
});

test('nothing is asked for one character', async () => {
  const asked = answer('get', path, { items: [], next: null });
  await show();
  type('m');
  type('ma');
  await screen.findByText('No orders found');
  expect(asked.count).toBe(1);
});

describe('before an administrator searches', () => {
  const paid = {
    ...aFoundOrder(),
    organizer: { id: 3, name: 'Olga Organizer', email: 'olga@example.test' },
    account: 'acct_1',
  };
  const showAdmin = () => act(async () => void draw(<OrderSearch untilSearch={<PaidToPlatform />} />));

  test('the orders that the platform took are there, with whom it owes them to', async () => {
    answer('get', '/payout-account', { state: 'not_connected' });
    answer('get', '/orders/paid-to-platform', {
      items: [paid, { ...paid, id: '01mfzqk3x0000b-1', account: undefined }],
      next: null,
    });
    await showAdmin();
    expect(await screen.findByText(/olga@example.test.*Account acct_1 could not be paid/)).toBeTruthy();
    expect(screen.getByText(/No account was connected/)).toBeTruthy();
    answer('get', path, { items: [], next: null });
    type('mara');
    await screen.findByText('No orders found');
    expect(screen.queryByText('Paid to the platform')).toBeNull();
  });

  test('nothing is said of it where organizers have no accounts', async () => {
    const account = answer('get', '/payout-account', { state: 'off' });
    const asked = answer('get', '/orders/paid-to-platform', { items: [paid], next: null });
    await showAdmin();
    await waitFor(() => expect(account.count).toBe(1));
    await act(async () => {});
    expect(screen.queryByText('Paid to the platform')).toBeNull();
    expect(asked.count).toBe(0);
  });
});

test('in Chinese', async () => {
  answer('get', path, () => problem(422, 'search_too_broad'));
  await show('zh-Hant');
  type('王明');
  expect(await screen.findByText('符合的訂單太多')).toBeTruthy();
});
