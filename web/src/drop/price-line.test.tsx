import { screen } from '@testing-library/react';
import { Route } from 'wouter';
import { answer } from '../../testing/api.ts';
import { draw } from '../../testing/draw.tsx';
import { showDropPage } from '../../testing/drop-page.tsx';
import { aDrop, anEvent, aState, shopper } from '../../testing/things.ts';
import EventPage from '../events/event-page.tsx';
import OrderPage from '../orders/order-page.tsx';

jest.mock('../live/socket.ts', () => jest.requireActual('../../testing/socket.ts'));

const eur = (amount: number) => ({ amount, currency: 'EUR' });
const dear = aDrop({
  price: eur(5000),
  fees: { perSeat: 150, perOrder: 300, percent: 0 },
  platformFees: { perSeat: 0, perOrder: 50, percent: 2.5 },
  taxPercent: 8.875,
});

test('before Buy a page shows what is paid, with all fees', async () => {
  await showDropPage({ drop: dear });
  await screen.findByText('€52.75 per seat, fees included, plus €3.50 per order, incl. 8.875% tax');
  expect(screen.getByRole('button', { name: 'Buy 2 seats · €109' })).toBeTruthy();
});

test('a buyer of held seats is told the same total, and what it is made of', async () => {
  const entry = { status: 'held' as const, version: 2, seats: ['0.1', '0.2'], checkoutToken: 'x' };
  const expiresAt = aDrop().closesAt;
  await showDropPage({ drop: dear, entry: { ...entry, expiresAt }, state: aState({ held: 2 }) });
  expect(await screen.findByRole('link', { name: 'Pay €109' })).toBeTruthy();
});

test('an event’s page shows the price with fees too', async () => {
  answer('get', '/auth/me', { user: shopper });
  answer('get', '/events/2', anEvent({ drops: [dear] }));
  draw(<Route path="/events/:id" component={EventPage} />, { at: '/events/2' });
  await screen.findByText('€52.75');
});

const order = {
  id: 'abc-1',
  dropId: 1,
  eventId: 2,
  status: 'paid',
  amount: eur(10_900),
  lines: [
    { kind: 'seats', amount: eur(10_000) },
    { kind: 'fees', amount: eur(600) },
    { kind: 'platform_fees', amount: eur(300) },
  ],
  includedTax: { percent: 19, amount: eur(1740) },
  refunded: eur(0),
  refunds: [],
  seats: [],
  createdAt: '2041-01-01T00:00:00.000Z',
};

test('an order lists what was paid', async () => {
  answer('get', '/auth/me', { user: shopper });
  answer('get', '/events/2', anEvent());
  answer('get', '/orders/abc-1', order);
  draw(<Route path="/orders/:id" component={OrderPage} />, { at: '/orders/abc-1' });
  await screen.findByText('Service fee');
  const lines = screen
    .getAllByRole('term')
    .map((term) => `${term.textContent} ${term.nextSibling?.textContent}`);
  expect(lines).toEqual(['Seats €100', 'Fees €6', 'Service fee €3', 'Tax included (19%) €17.40']);
});

test.each([
  ['paid', 'Your tickets'],
  ['refunding', 'This order is being cancelled. Its tickets are no longer valid.'],
  ['refunded', 'This order was cancelled. Its tickets are no longer valid.'],
])('an order that cost nothing does not speak of money (%s)', async (status, said) => {
  answer('get', '/auth/me', { user: shopper });
  answer('get', '/events/2', anEvent());
  const returns = { until: aDrop().closesAt, keepPercent: 10 };
  const lines = [{ kind: 'seats', amount: eur(0) }];
  const includedTax = { percent: 19, amount: eur(0) };
  answer('get', '/orders/abc-1', { ...order, status, amount: eur(0), lines, includedTax, returns });
  draw(<Route path="/orders/:id" component={OrderPage} />, { at: '/orders/abc-1' });
  await screen.findByText(said);
  expect(document.body.textContent).toMatch(/· Free/);
  expect(document.body.textContent).not.toMatch(/paid|refund|get back|bought|tax|€/i);
});
