import { act, screen, waitFor } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { answer, noLine, problem } from '../../../testing/api.ts';
import { draw } from '../../../testing/draw.tsx';
import type { PayoutAccount } from '../../staff/queries.ts';
import { leaveFor } from './leave-for.ts';
import PayoutsPage from './payouts-page.tsx';

jest.mock('./leave-for.ts', () => ({ leaveFor: jest.fn() }));
const left = jest.mocked(leaveFor);
beforeEach(() => left.mockClear());

const show = (search = '', locale: 'en' | 'zh-Hant' = 'en') =>
  act(async () => void draw(<PayoutsPage />, { at: `/organize/payouts${search}`, locale }));
const isIn = (state: PayoutAccount['state'], more: Partial<PayoutAccount> = {}): PayoutAccount => ({
  state,
  isRequired: true,
  ...(state !== 'not_connected' && { account: 'acct_1' }),
  ...more,
});
const url = 'https://connect.stripe.test/setup/1';
const press = (name: string) => userEvent.click(screen.getByRole('button', { name }));

test.each([
  [isIn('not_connected'), 'No account connected', 'Connect an account'],
  [isIn('details_needed'), 'More details needed', 'Continue at Stripe'],
  [isIn('in_review'), 'Stripe is checking your details', 'See your details at Stripe'],
])('%j: it says so, and leads to Stripe', async (account, title, action) => {
  answer('get', '/payout-account', account);
  answer('post', '/payout-account', { url });
  await show();
  expect(await screen.findByRole('heading', { name: title })).toBeTruthy();
  expect(screen.getByText('You can create sales once you can be paid.')).toBeTruthy();
  await press(action);
  await waitFor(() => expect(left.mock.calls).toEqual([[url]]));
});

test.each([
  [isIn('ready'), 'You can be paid'],
  [{ state: 'off' as const }, 'Paid to the platform'],
])('%j: there is nothing to do', async (account, title) => {
  answer('get', '/payout-account', account);
  await show();
  expect(await screen.findByRole('heading', { name: title })).toBeTruthy();
  expect(screen.queryByRole('button')).toBeNull();
  expect(screen.queryByText('You can create sales once you can be paid.')).toBeNull();
});

test('an organizer who comes back from Stripe is told what Stripe says now', async () => {
  const asked = answer('post', '/payout-account/check', isIn('ready'));
  await show('?from=provider');
  expect(await screen.findByRole('heading', { name: 'You can be paid' })).toBeTruthy();
  expect(asked.count).toBe(1);
});

test('an organizer who opened an old link is sent on to a new one, once', async () => {
  answer('post', '/payout-account/check', isIn('details_needed'));
  const links = answer('post', '/payout-account', { url });
  await show('?from=old-link');
  await waitFor(() => expect(left.mock.calls).toEqual([[url]]));
  expect(links.count).toBe(1);
});

test('while Stripe checks the details, it can be asked again', async () => {
  answer('get', '/payout-account', isIn('in_review'));
  answer('post', '/payout-account/check', isIn('ready'));
  await show();
  await screen.findByText('Stripe is checking your details');
  await press('Check again');
  expect(await screen.findByRole('heading', { name: 'You can be paid' })).toBeTruthy();
});

test.each([
  [() => problem(503, 'unavailable', {}, 10), /We are very busy at the moment/],
  [() => noLine(), /We could not reach the server/],
  [() => problem(409, 'payouts_off'), /All payments go to the platform/],
])('if there is no link, it says why, and the button can be pressed again', async (reply, said) => {
  answer('get', '/payout-account', isIn('not_connected'));
  answer('post', '/payout-account', reply);
  await show();
  await screen.findByText('No account connected');
  await press('Connect an account');
  expect(await screen.findByText(said)).toBeTruthy();
  answer('post', '/payout-account', { url });
  await press('Connect an account');
  await waitFor(() => expect(left).toHaveBeenCalledWith(url));
});

test('what could not be loaded can be tried again', async () => {
  answer('get', '/payout-account', () => problem(400, 'malformed_json'));
  await show();
  await screen.findByRole('button', { name: 'Try again' });
  answer('get', '/payout-account', isIn('ready'));
  await press('Try again');
  expect(await screen.findByRole('heading', { name: 'You can be paid' })).toBeTruthy();
});

test('in Chinese', async () => {
  answer('get', '/payout-account', isIn('details_needed'));
  await show('', 'zh-Hant');
  expect(await screen.findByRole('button', { name: '前往 Stripe 繼續' })).toBeTruthy();
});
