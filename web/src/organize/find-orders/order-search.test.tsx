import { act, fireEvent, screen } from '@testing-library/react';
import { answer, problem } from '../../../testing/api.ts';
import { draw } from '../../../testing/draw.tsx';
import { aFoundOrder } from '../../../testing/things.ts';
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

test('in Chinese', async () => {
  answer('get', path, () => problem(422, 'search_too_broad'));
  await show('zh-Hant');
  type('王明');
  expect(await screen.findByText('符合的訂單太多')).toBeTruthy();
});
