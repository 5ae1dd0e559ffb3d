/** @jest-environment ./web/testing/los-angeles.cjs */
import { screen } from '@testing-library/react';
import { Route } from 'wouter';
import { answer } from '../../testing/api.ts';
import { draw } from '../../testing/draw.tsx';
import { aDrop, anEvent, shopper } from '../../testing/things.ts';
import type { Order } from '../api/types.ts';
import EventPage from '../events/event-page.tsx';
import EventsPage from '../events/events-page.tsx';
import OrderPage from '../orders/order-page.tsx';
import OrdersPage from '../orders/orders-page.tsx';

/** At 20:00 in Berlin, 11:00 in Los Angeles. */
const event = anEvent({
  startsAt: '2041-07-05T18:00:00.000Z',
  drops: [
    aDrop({
      state: 'scheduled',
      opensAt: '2041-06-05T18:00:00.000Z',
      closesAt: '2041-07-05T16:00:00.000Z',
    }),
  ],
});
const order: Order = {
  id: '01mfzqk3x0000a-1',
  dropId: 1,
  eventId: event.id,
  status: 'paid',
  amount: { amount: 2500, currency: 'EUR' },
  refunded: { amount: 0, currency: 'EUR' },
  seats: [{ id: '1-1-1', section: 'Parkett', row: '1', number: 1, state: 'valid' }],
  refunds: [],
  createdAt: '2041-06-05T18:00:00.000Z',
};

beforeEach(() => {
  answer('get', '/auth/me', { user: shopper });
  answer('get', '/events', { items: [event], next: null });
  answer('get', '/events/2', event);
  answer('get', '/me/entries', { items: [], isComplete: true, serverTime: new Date().toISOString() });
  answer('get', '/orders', { items: [order], next: null });
  answer('get', '/orders/:id', order);
});

const shown = () => document.body.textContent.replaceAll(/\s/g, ' ');

test('the device is in Los Angeles', () => {
  expect(new Date(event.startsAt).getHours()).toBe(11);
});

test('on its page an event is at 20:00, where a reader in Los Angeles has 11:00', async () => {
  draw(
    <Route path="/events/:id">
      <EventPage />
    </Route>,
    { at: '/events/2' },
  );
  await screen.findByRole('heading', { name: event.title });
  expect(shown()).toMatch(/July 5, 2041\s*8:00 PM GMT\+2/);
  // Only the opening is shown in both zones.
  expect(shown()).toContain('Jun 5, 2041, 8:00 PM GMT+2 (11:00 AM PDT your time)');
});

test('where events are listed an opening is told on both clocks', async () => {
  draw(<EventsPage />);
  await screen.findByRole('heading', { name: event.title });
  expect(shown()).toContain('July 5, 2041');
});

test('a ticket says the time at its venue, with zone and year', async () => {
  draw(
    <Route path="/orders/:id">
      <OrderPage />
    </Route>,
    { at: `/orders/${order.id}` },
  );
  await screen.findByRole('heading', { name: event.title });
  expect(shown()).toContain('July 5, 2041, 8:00 PM GMT+2');
  expect(shown()).not.toContain('Jul 5, 2041, 11:00');
});

test('so do the reader’s orders', async () => {
  draw(<OrdersPage />);
  await screen.findByRole('heading', { name: event.title });
  expect(shown()).toContain('Jul 5, 2041, 8:00 PM GMT+2');
});
