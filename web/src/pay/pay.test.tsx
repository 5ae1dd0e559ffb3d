import { act, fireEvent, screen, waitFor } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { navigate } from 'wouter/use-browser-location';
import { answer, noLine, problem } from '../../testing/api.ts';
import { showDropPage } from '../../testing/drop-page.tsx';
import { fromNow } from '../../testing/things.ts';
import { passTime, stopTime } from '../../testing/time.ts';
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
const paying = (seat: string, changes: Partial<Entry> = {}): Entry => ({
  ...held(seat),
  status: 'paying',
  version: 3,
  payBy: fromNow(90_000),
  ...changes,
});

const action = (step: 'choose' | 'challenge' = 'choose', more: object = {}) => ({
  status: 'action',
  payBy: fromNow(90_000),
  payment: { provider: 'sandbox', step, secret: 'cs_1' },
  ...more,
});
const order = () => Response.json({ id: 'order-1' }, { status: 201 });
const total = { amount: 2500, currency: 'EUR' };

/** Answers to checkout, in this order; the last one repeats. A function: the test ends the answer. */
function checkout(...replies: (object | (() => Promise<Response>))[]) {
  return answer('post', '/checkout', ({ count }) => {
    const reply = replies[Math.min(count, replies.length) - 1];
    return (typeof reply === 'function' ? reply() : reply) as Response;
  });
}

/** An answer that takes as long as the test wants. */
function slow() {
  let end: (reply: Response) => void = () => {};
  const reply = () => new Promise<Response>((resolve) => (end = resolve));
  return { reply, end: (with_: Response) => act(async () => end(with_)) };
}

const title = (name: string) => screen.findByRole('heading', { level: 2, name });
const payButton = () => screen.findByRole('button', { name: 'Pay €25' });

type Frame = HTMLIFrameElement & { contentWindow: Window };
const cards = () => screen.findByTitle<Frame>('Payment form');
const bank = () => screen.findByTitle<Frame>('Your bank');

/** What the frame says to the page. */
function say(frame: Frame, message: object, from: { source?: Window; origin?: string } = {}) {
  const { source = frame.contentWindow, origin = location.origin } = from;
  act(() => {
    fireEvent(
      window,
      new MessageEvent('message', { source, origin, data: { from: 'sandbox-payments', ...message } }),
    );
  });
}

/** The frame has loaded, and answers with this card when it is asked. */
function load(frame: Frame, token = 'tok_approved') {
  const told: unknown[] = [];
  jest.spyOn(frame.contentWindow, 'postMessage').mockImplementation((message: unknown) => {
    told.push(message);
    if ((message as { kind: string }).kind === 'ask') setTimeout(() => say(frame, { kind: 'token', token }));
  });
  say(frame, { kind: 'ready' });
  return told;
}

async function payAt(seat: string, ...replies: Parameters<typeof checkout>) {
  const asked = checkout(...replies);
  const page = await showDropPage({ entry: held(seat), at: '/drops/1/pay' });
  load(await cards());
  await userEvent.click(await payButton());
  return { ...page, asked };
}

test('opening the page begins the payment once, and Pay sends the card with the total that was shown', async () => {
  const { asked } = await payAt('0.1', action(), order());
  await title('Paid. See you there.');
  expect(asked.bodies).toEqual([
    { checkoutToken: 'token', total },
    { checkoutToken: 'token', total, payment: { token: 'tok_approved' } },
  ]);
  await waitFor(() => expect(location.pathname).toBe('/drops/1'));
});

test('until the form has loaded, Pay waits and does nothing', async () => {
  const asked = checkout(action());
  await showDropPage({ entry: held('2.5'), at: '/drops/1/pay' });
  const frame = await cards();
  const told = jest.spyOn(frame.contentWindow, 'postMessage');
  const button = await payButton();
  expect(button.getAttribute('aria-disabled')).toBe('true');
  await userEvent.click(button);
  expect(told).not.toHaveBeenCalled();
  load(frame);
  expect(button.getAttribute('aria-disabled')).toBeNull();
  expect(asked.count).toBe(1);
});

test('Back during a payment shows that it is being decided, not Pay', async () => {
  const { reply, end } = slow();
  const { asked } = await payAt('0.2', action(), reply);
  await waitFor(() => expect(asked.count).toBe(2));
  act(() => navigate('/drops/1'));
  await title('Your payment is being processed');
  expect(screen.queryByText(/^Pay/)).toBeNull();
  await end(order());
  await title('Paid. See you there.');
  expect(asked.count).toBe(2);
});

test('a card that was declined meanwhile is told of where the buyer is', async () => {
  const { reply, end } = slow();
  const { asked } = await payAt('0.3', action(), reply);
  await waitFor(() => expect(asked.count).toBe(2));
  act(() => navigate('/drops/1'));
  await title('Your payment is being processed');
  await end(Response.json(action('choose', { declined: 'card_declined' })));
  await title('This seat is yours to buy');
  expect(screen.getByText(/The card was declined/)).toBeTruthy();
});

test('nobody who left for another page is pulled back', async () => {
  const { reply, end } = slow();
  const { asked } = await payAt('0.4', action(), reply);
  await waitFor(() => expect(asked.count).toBe(2));
  act(() => navigate('/orders'));
  await screen.findByText('Elsewhere');
  await end(order());
  await act(() => new Promise((resolve) => setTimeout(resolve, 50)));
  expect(location.pathname).toBe('/orders');
});

test.each([
  ['0.5', action('choose', { declined: 'insufficient_funds' })],
  ['0.6', problem(402, 'payment_declined', { reason: 'insufficient_funds', payBy: fromNow(90_000) })],
])('a declined card is said, and another one can pay (%s)', async (seat, declined) => {
  const { asked } = await payAt(seat, action(), declined, order());
  const notice = await screen.findByText(/The card was declined\. Nothing was charged/);
  await waitFor(() => expect(document.activeElement).toBe(notice.closest('[role="alert"]')));
  await userEvent.click(await payButton());
  await title('Paid. See you there.');
  expect(asked.count).toBe(3);
});

test('the bank asks in the page, and its answer is learned from the server', async () => {
  const { asked } = await payAt('0.7', action(), action('challenge'), order());
  const frame = await bank();
  expect(screen.queryByRole('button', { name: 'Pay €25' })).toBeNull();
  expect(load(frame)).toContainEqual({ from: 'sandbox-payments', kind: 'begin', secret: 'cs_1' });
  say(frame, { kind: 'done' });
  await title('Paid. See you there.');
  expect(asked.bodies[2]).toEqual({ checkoutToken: 'token', total });
});

test('the answer to the bank is not lost with the connection', async () => {
  const { asked } = await payAt('2.3', action(), action('challenge'), noLine(), order());
  load(await bank());
  say(await bank(), { kind: 'done' });
  await screen.findByText(/We do not know yet whether the payment went through/);
  await title('Paid. See you there.');
  expect(asked.count).toBe(4);
});

test('a page that is loaded again goes on with the payment under way', async () => {
  const asked = checkout(action('challenge'), order());
  await showDropPage({ entry: paying('0.8'), at: '/drops/1/pay' });
  load(await bank());
  expect(asked.bodies).toEqual([{ checkoutToken: 'token', total }]);
  say(await bank(), { kind: 'done' });
  await title('Paid. See you there.');
});

test('another total is not charged until the buyer agrees to it', async () => {
  const newTotal = { amount: 2600, currency: 'EUR' };
  const asked = checkout(problem(409, 'total_changed', { total: newTotal }), action(), order());
  await showDropPage({ entry: held('0.9'), at: '/drops/1/pay' });
  await screen.findByText(/The total is now €26\. Nothing was charged/);
  expect(screen.queryByRole('button', { name: /^Pay/ })).toBeNull();
  // Leaving and coming back is no consent.
  act(() => navigate('/drops/1'));
  await title('This seat is yours to buy');
  act(() => navigate('/drops/1/pay'));
  await screen.findByText(/The total is now €26/);
  expect(asked.count).toBe(1);
  await userEvent.click(screen.getByRole('button', { name: 'Continue with €26' }));
  load(await cards());
  await userEvent.click(await screen.findByRole('button', { name: 'Pay €26' }));
  await title('Paid. See you there.');
  expect(asked.bodies.slice(1)).toEqual([
    { checkoutToken: 'token', total: newTotal },
    { checkoutToken: 'token', total: newTotal, payment: { token: 'tok_approved' } },
  ]);
});

test('a lost answer is asked for without sending the card again', async () => {
  const { asked } = await payAt('1.1', action(), noLine(), order());
  await screen.findByText(/We do not know yet whether the payment went through/);
  await title('Paid. See you there.');
  expect(asked.bodies[2]).toEqual({ checkoutToken: 'token', total });
});

test('after a lost answer it is said that nothing was charged, and Pay is there again', async () => {
  const { asked } = await payAt('1.2', action(), problem(503, 'unavailable', {}, 0), action(), order());
  await screen.findByText(/The payment did not go through\. Nothing was charged/);
  await userEvent.click(await payButton());
  await title('Paid. See you there.');
  expect(asked.bodies[3]).toMatchObject({ payment: { token: 'tok_approved' } });
});

test('a payment that cannot begin is tried again by the buyer, not by itself', async () => {
  const asked = checkout(
    noLine(),
    problem(402, 'payment_declined', { reason: 'too_small', expiresAt: fromNow(60_000) }),
    action(),
  );
  await showDropPage({ entry: held('1.3'), at: '/drops/1/pay' });
  await screen.findByText(/We could not reach the server/);
  await userEvent.click(screen.getByRole('button', { name: 'Try again' }));
  await screen.findByText(/The payment did not go through\. Nothing was charged/);
  expect(asked.count).toBe(2);
  await userEvent.click(screen.getByRole('button', { name: 'Try again' }));
  await cards();
});

test('without a connection a card is not sent', async () => {
  const asked = checkout(action());
  await showDropPage({ entry: held('1.4'), at: '/drops/1/pay' });
  load(await cards());
  const online = jest.spyOn(navigator, 'onLine', 'get').mockReturnValue(false);
  try {
    await userEvent.click(await payButton());
    await screen.findByText(/We could not reach the server/);
  } finally {
    online.mockRestore();
  }
  expect(asked.count).toBe(1);
});

test('while the bank decides there is nothing to do; if it declines, the page says so by itself', async () => {
  const { asked } = await payAt(
    '1.5',
    action(),
    Response.json({ status: 'paying' }, { status: 202 }),
    action('choose', { declined: 'card_declined' }),
  );
  await title('Your payment is being processed');
  // The entry may say that the buyer has time left; that does not make the payment theirs to go on with.
  answer('get', '/drops/1/entry', paying('1.5'));
  await screen.findByText(/The card was declined\. Nothing was charged/);
  expect(asked.bodies[2]).toEqual({ checkoutToken: 'token', total });
});

test('a payment that began elsewhere and is with the bank is shown so, on any page of the drop', async () => {
  checkout(Response.json({ status: 'paying' }, { status: 202 }), order());
  await showDropPage({ entry: paying('2.4') });
  await title('Your payment is being processed');
  expect(await title('Paid. See you there.')).toBeTruthy();
});

test('as long as the provider decides, time that is left is not the buyer’s to pay with', async () => {
  stopTime();
  checkout(Response.json({ status: 'paying' }, { status: 202 }));
  await showDropPage({ entry: paying('2.6') });
  // The entry is polled meanwhile, and names a time to pay by.
  await passTime(5_000);
  expect(screen.getByRole('heading', { level: 2, name: 'Your payment is being processed' })).toBeTruthy();
  expect(screen.queryByText(/^Pay/)).toBeNull();
});

test('what the socket tells of a payment does not take the page away from the buyer', async () => {
  const asked = checkout(action());
  const { socket } = await showDropPage({ entry: held('1.6'), at: '/drops/1/pay' });
  const frame = await cards();
  const { payBy: _, checkoutToken: __, ...told } = paying('1.6');
  answer('get', '/drops/1/entry', paying('1.6'));
  act(() => socket.push('entry:outcome', { dropId: 1, entry: told }));
  await act(() => new Promise((resolve) => setTimeout(resolve, 50)));
  expect(await cards()).toBe(frame);
  expect(asked.count).toBe(1);
});

test('when the time is over the form is gone, and the page waits for the server’s word', async () => {
  checkout(action('choose', { payBy: fromNow(-1) }));
  const { say: tell } = await showDropPage({
    entry: paying('1.7', { payBy: fromNow(-1) }),
    at: '/drops/1/pay',
  });
  await screen.findByText('Time is up. Checking what happened to your seats.');
  await waitFor(() => expect(screen.queryByTitle('Payment form')).toBeNull());
  expect(screen.queryByRole('button', { name: /^Pay/ })).toBeNull();
  tell({ status: 'released', version: 4, reason: 'expired' });
  await title('The time to pay ran out');
});

test('seats can be given back during the payment', async () => {
  checkout(action());
  const left = answer('delete', '/drops/1/entry', { status: 'released', version: 4 });
  await showDropPage({ entry: held('1.8'), at: '/drops/1/pay' });
  await cards();
  await userEvent.click(screen.getByRole('button', { name: 'Give back' }));
  await userEvent.click(await screen.findByRole('button', { name: 'Give back seats' }));
  await title('You gave your seats back');
  expect(left.count).toBe(1);
});

test('seats whose payment is being decided are not given back, and the page says why', async () => {
  checkout(action());
  answer('delete', '/drops/1/entry', problem(409, 'payment_under_way'));
  await showDropPage({ entry: held('1.9'), at: '/drops/1/pay' });
  await cards();
  await userEvent.click(screen.getByRole('button', { name: 'Give back' }));
  await userEvent.click(await screen.findByRole('button', { name: 'Give back seats' }));
  await screen.findByText('A payment for these seats is in progress.');
});

test('words of other windows and other origins are no card', async () => {
  const asked = checkout(action());
  await showDropPage({ entry: held('2.1'), at: '/drops/1/pay' });
  const frame = await cards();
  load(frame);
  say(frame, { kind: 'token', token: 'tok_approved' }, { source: window });
  say(frame, { kind: 'token', token: 'tok_approved' }, { origin: 'https://elsewhere.test' });
  say(frame, { from: 'somebody', kind: 'token', token: 'tok_approved' });
  await act(() => new Promise((resolve) => setTimeout(resolve, 50)));
  expect(asked.count).toBe(1);
});

test('a form that does not load is said, and loads again on request', async () => {
  stopTime();
  checkout(action());
  await showDropPage({ entry: held('2.2'), at: '/drops/1/pay' });
  await passTime(11_000);
  screen.getByText(/The payment form did not load/);
  fireEvent.click(screen.getByRole('button', { name: 'Try again' }));
  await passTime(200);
  expect(screen.getByTitle('Payment form')).toBeTruthy();
});
