import { act, screen } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { Route } from 'wouter';
import { answer } from '../../../testing/api.ts';
import { draw } from '../../../testing/draw.tsx';
import { aDrop, aFoundOrder, anEvent, shopper } from '../../../testing/things.ts';
import OrdersListPage from './orders-list-page.tsx';

const nothing = { amount: 0, currency: 'EUR' };

test('tickets that cost nothing are cancelled, not refunded', async () => {
  answer('get', '/auth/me', { user: { ...shopper, id: anEvent().organizerId, role: 'organizer' } });
  answer(
    'get',
    '/drops/1',
    aDrop({ price: nothing, sections: [{ name: 'Stalls', rows: 9, seatsPerRow: 9 }] }),
  );
  answer('get', '/events/2', anEvent());
  const order = aFoundOrder({ amount: nothing, lines: [{ kind: 'seats', amount: nothing }] });
  answer('get', '/drops/1/orders', { items: [order], next: null });
  const asked = answer('post', `/orders/${order.id}/refund`, order);
  await act(
    async () =>
      void draw(
        <Route path="/organize/drops/:id/orders">
          <OrdersListPage />
        </Route>,
        { at: '/organize/drops/1/orders' },
      ),
  );
  await userEvent.click(await screen.findByRole('button', { name: 'Cancel tickets' }));
  await screen.findByText('The tickets of Mara Moon are no longer valid, and the seats go back on sale.');
  expect(document.body.textContent).not.toMatch(/paid|refund|money|€/i);
  await userEvent.click(screen.getAllByRole('button', { name: 'Cancel tickets' }).at(-1)!);
  await screen.findByText('The tickets of Mara Moon are being cancelled.');
  expect(asked.bodies).toEqual([{ seats: ['1.5'] }]);
});
