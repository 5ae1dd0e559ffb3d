import { act, screen } from '@testing-library/react';
import { Route } from 'wouter';
import { answer, problem } from '../../../testing/api.ts';
import { draw } from '../../../testing/draw.tsx';
import { aFoundOrder, fromNow } from '../../../testing/things.ts';
import type { OrderPayments } from '../../staff/queries.ts';
import OrderRecordPage from './order-record-page.tsx';

const order = aFoundOrder();
const eur = (amount: number) => ({ amount, currency: 'EUR' });
const at = fromNow(-60_000);

const record: OrderPayments = {
  order,
  attempts: [
    {
      number: 1,
      provider: 'stripe',
      ref: 'pi_1',
      amount: eur(9000),
      status: 'approved',
      card: 'abc123',
      begunAt: at,
      confirmedAt: at,
      endedAt: at,
    },
  ],
  events: [{ attempt: 1, kind: 'declined', reason: 'insufficient_funds', card: 'def456', at }],
  outsideRefunds: [],
  disputes: [],
};

const show = (locale: 'en' | 'zh-Hant' = 'en') =>
  act(
    async () =>
      void draw(
        <Route path="/organize/orders/:id">
          <OrderRecordPage />
        </Route>,
        { at: `/organize/orders/${order.id}`, locale },
      ),
  );
const path = `/orders/${order.id}/payments`;

test('it says who bought what, how it was paid, and which card was declined before', async () => {
  answer('get', path, record);
  await show();
  expect(await screen.findByRole('heading', { name: 'Mara Moon' })).toBeTruthy();
  expect(screen.getByText('Payment 1 · €90 · Paid')).toBeTruthy();
  expect(screen.getByText('stripe: pi_1 · Card …abc123')).toBeTruthy();
  expect(screen.getByText(/^Card declined: insufficient_funds · Card …def456/)).toBeTruthy();
  expect(screen.getByText('None')).toBeTruthy();
  const receipt = screen.getByRole('link', { name: 'Receipt (PDF)' });
  expect(receipt.getAttribute('href')).toBe(`/api/orders/${order.id}/receipt.pdf?locale=en`);
  expect(screen.queryByText('Refunds made at the payment provider')).toBeNull();
});

test('it says to which account the money went, and by which transfer', async () => {
  const payout = { account: 'acct_1', fee: eur(430), transfer: 'tr_1' };
  answer('get', path, {
    ...record,
    attempts: record.attempts.map((paid) => ({ ...paid, payout })),
  } satisfies OrderPayments);
  await show();
  expect(await screen.findByText('Paid to acct_1, less €4.30 for the platform · Transfer tr_1')).toBeTruthy();
});

test('it says until when to respond to a dispute, and what was refunded at the provider', async () => {
  answer('get', path, {
    ...record,
    outsideRefunds: [{ ref: 're_1', amount: eur(1000), status: 'made', madeAt: at }],
    disputes: [
      {
        ref: 'du_1',
        amount: eur(9000),
        reason: 'fraudulent',
        status: 'needs_response',
        respondBy: '2030-01-02T15:00:00.000Z',
        openedAt: at,
        updatedAt: at,
      },
    ],
  } satisfies OrderPayments);
  await show();
  expect(await screen.findByText('€90 · Needs a response')).toBeTruthy();
  expect(screen.getByText(/^Respond at the payment provider by .*2030/)).toBeTruthy();
  expect(screen.getByText('€10 · Made')).toBeTruthy();
});

test('it says how far each refund is, and why one failed', async () => {
  const refund = { amount: eur(4500), kept: eur(0), seats: ['1.5'], requestedAt: at, updatedAt: at };
  const refunds: OrderPayments['order']['refunds'] = [
    { ...refund, number: 1, status: 'done', reason: 'buyer', requestedAs: 'buyer', requestedBy: 'Mara Moon' },
    { ...refund, number: 2, status: 'due', reason: 'organizer', failure: { reason: 'lost_card', tries: 2 } },
  ];
  answer('get', path, { ...record, order: { ...order, refunds } } satisfies OrderPayments);
  await show();
  expect(await screen.findByText('€45 · Refunded')).toBeTruthy();
  expect(screen.getByText('€45 · In progress')).toBeTruthy();
  expect(screen.getByText(/^Returned by the buyer/).textContent).toContain('(Mara Moon)');
  expect(screen.getByText('Failed 2 times, and is tried again: lost_card')).toBeTruthy();
});

test.each([
  ['organizer', 'organizer', /^By the organizer \(Olga/],
  ['organizer', 'admin', /^By an administrator \(Olga/],
  ['cancelled', 'admin', /^Sale cancelled \(Olga/],
] as const)('it says who asked for a refund (%s, %s)', async (reason, requestedAs, said) => {
  const refund = { amount: eur(4500), kept: eur(0), seats: ['1.5'], requestedAt: at, updatedAt: at };
  const asked = { ...refund, number: 1, status: 'done', reason, requestedAs, requestedBy: 'Olga' } as const;
  answer('get', path, { ...record, order: { ...order, refunds: [asked] } } satisfies OrderPayments);
  await show();
  expect((await screen.findByText('Olga')).parentElement?.textContent).toMatch(said);
});

test.each([
  [() => problem(404, 'not_found'), 'Order not found.'],
  [() => problem(403, 'not_allowed'), 'This belongs to another organizer.'],
  [() => problem(400, 'malformed_json'), 'Try again'],
])('it says why there is nothing to see', async (reply, said) => {
  answer('get', path, reply);
  await show();
  expect(await screen.findByText(said)).toBeTruthy();
});

test('of an order that cost nothing it says that tickets were issued and cancelled, not paid and refunded', async () => {
  const refund = { amount: eur(0), kept: eur(0), seats: ['1.5'], requestedAt: at, updatedAt: at };
  const refunds: OrderPayments['order']['refunds'] = [
    { ...refund, number: 1, status: 'done', reason: 'organizer', requestedAs: 'admin' },
  ];
  const attempt = { number: 1, provider: 'free', amount: eur(0), status: 'approved', begunAt: at } as const;
  answer('get', path, {
    ...record,
    order: { ...order, amount: eur(0), refunds, status: 'refunded' },
    attempts: [{ ...attempt, confirmedAt: at, endedAt: at }],
    events: [],
  } satisfies OrderPayments);
  await show();
  expect(await screen.findByText('Attempt 1 · Free · Tickets issued')).toBeTruthy();
  expect(screen.getByRole('heading', { name: 'Cancelled tickets' })).toBeTruthy();
  expect(document.body.textContent).not.toMatch(/paid|payment|refund|bought|dispute|€/i);
});

test('in Chinese', async () => {
  answer('get', path, record);
  await show('zh-Hant');
  expect(await screen.findByText(/^卡片被拒：insufficient_funds/)).toBeTruthy();
});
