import { act, screen, waitFor } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { navigate } from 'wouter/use-browser-location';
import { answer, problem } from '../../testing/api.ts';
import { showDropPage } from '../../testing/drop-page.tsx';
import { fromNow } from '../../testing/things.ts';
import type { Entry } from '../api/types.ts';

jest.mock('../live/socket.ts', () => jest.requireActual('../../testing/socket.ts'));

/** Each test uses its own seats, since what is known of a payment outlives its page. */
const held = (seat: string): Entry => ({
  status: 'held',
  version: 2,
  seats: [seat],
  expiresAt: fromNow(60_000),
  checkoutToken: 'token',
});

/** A checkout that takes as long as the test wants. */
function slowCheckout() {
  let end: (reply: Response) => void = () => {};
  const asked = answer('post', '/checkout', () => new Promise<Response>((resolve) => (end = resolve)));
  return { asked, end: (reply: Response) => act(async () => end(reply)) };
}

const title = (name: string) => screen.findByRole('heading', { level: 2, name });

async function payAt(seat: string) {
  const checkout = slowCheckout();
  const page = await showDropPage({ entry: held(seat), at: '/drops/1/pay' });
  await userEvent.click(await screen.findByRole('button', { name: 'Pay €25' }));
  await waitFor(() => expect(checkout.asked.count).toBe(1));
  return { ...page, checkout };
}

test('Back during a payment shows that it is being decided, not Pay', async () => {
  const { checkout } = await payAt('0.1');
  act(() => navigate('/drops/1'));
  await title('Your payment is being processed');
  expect(screen.queryByText(/^Pay/)).toBeNull();
  await checkout.end(Response.json({ id: 'order-1' }, { status: 201 }));
  await title('Paid. See you there.');
  expect(checkout.asked.count).toBe(1);
});

test('a card that was declined meanwhile is told of where the buyer is', async () => {
  const { checkout } = await payAt('0.2');
  act(() => navigate('/drops/1'));
  await title('Your payment is being processed');
  await checkout.end(problem(402, 'payment_declined', { expiresAt: fromNow(60_000) }));
  await title('This seat is yours to buy');
  expect(screen.getByText(/The card was declined/)).toBeTruthy();
});

test('nobody who left for another page is pulled back', async () => {
  const { checkout } = await payAt('0.3');
  act(() => navigate('/orders'));
  await screen.findByText('Elsewhere');
  await checkout.end(Response.json({ id: 'order-1' }, { status: 201 }));
  await act(() => new Promise((resolve) => setTimeout(resolve, 50)));
  expect(location.pathname).toBe('/orders');
});

test('a payment that went through leads to the tickets', async () => {
  const { checkout } = await payAt('0.4');
  await checkout.end(Response.json({ id: 'order-1' }, { status: 201 }));
  await title('Paid. See you there.');
  await waitFor(() => expect(location.pathname).toBe('/drops/1'));
});
