import { act, screen, waitFor } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { draw } from '../../testing/draw.tsx';
import { reloadPage } from '../shell/reload.ts';
import Stripe from './stripe.tsx';

jest.mock('@stripe/stripe-js/pure/index.js', () => ({ loadStripe: jest.fn() }));
const { loadStripe } = jest.requireMock<{ loadStripe: jest.Mock }>('@stripe/stripe-js/pure/index.js');
const mockDocument = { loadedPath: '/drops/1/pay' };
jest.mock('../shell/reload.ts', () => ({
  reloadPage: jest.fn(),
  get loadedPath() {
    return mockDocument.loadedPath;
  },
}));

/** Stripe's script, as far as it is documented. */
function stripe() {
  const listeners = new Map<string, () => void>();
  const element = {
    on: (event: string, listener: () => void) => listeners.set(event, listener),
    mount: jest.fn(),
    destroy: jest.fn(),
  };
  const elements = {
    create: jest.fn(() => element),
    submit: jest.fn(async (): Promise<{ error?: { message: string } }> => ({})),
  };
  const script = {
    elements: jest.fn((..._options: object[]) => elements),
    createConfirmationToken: jest.fn(async (): Promise<object> => ({
      confirmationToken: { id: 'ctoken_1' },
    })),
    handleNextAction: jest.fn(async (..._options: object[]): Promise<object> => ({})),
  };
  loadStripe.mockResolvedValue(script);
  return { script, elements, emit: (event: string) => act(() => listeners.get(event)?.()) };
}

const action = {
  provider: 'stripe',
  step: 'choose',
  publishableKey: 'pk_test_1',
  clientSecret: 'pi_1_secret_2',
  amount: 2500,
  currency: 'eur',
  methods: ['card'],
} as const;

function show(step: 'choose' | 'challenge' = 'choose') {
  const calls = { onToken: jest.fn(), onDone: jest.fn() };
  draw(
    <Stripe
      action={{ ...action, step, methods: [...action.methods] }}
      isBusy={false}
      instead={null}
      {...calls}
    >
      {(isReady) => <button type="submit">{isReady ? 'Pay' : 'Wait'}</button>}
    </Stripe>,
    { locale: 'zh-Hant' },
  );
  return calls;
}

beforeEach(() => {
  mockDocument.loadedPath = '/drops/1/pay';
  jest.clearAllMocks();
});

test('the card becomes a confirmation token for the server, in the amount of its payment', async () => {
  const { script, emit } = stripe();
  const { onToken } = show();
  await waitFor(() => expect(script.elements).toHaveBeenCalled());
  expect(script.elements.mock.calls[0]?.[0]).toMatchObject({
    mode: 'payment',
    amount: 2500,
    currency: 'eur',
    allowedPaymentMethodTypes: ['card'],
    locale: 'zh-TW',
  });
  // Until the form has loaded there is no card.
  await userEvent.click(screen.getByRole('button', { name: 'Wait' }));
  expect(script.createConfirmationToken).not.toHaveBeenCalled();
  emit('ready');
  await userEvent.click(screen.getByRole('button', { name: 'Pay' }));
  await waitFor(() => expect(onToken).toHaveBeenCalledWith('ctoken_1'));
  expect(onToken).toHaveBeenCalledTimes(1);
});

test('what is wrong with a card is said, and nothing is sent', async () => {
  const { elements, script, emit } = stripe();
  const { onToken } = show();
  await waitFor(() => expect(script.elements).toHaveBeenCalled());
  emit('ready');
  elements.submit.mockResolvedValueOnce({ error: { message: 'The number is incomplete.' } });
  await userEvent.click(screen.getByRole('button', { name: 'Pay' }));
  await screen.findByText('The number is incomplete.');
  script.createConfirmationToken.mockResolvedValueOnce({ error: { message: 'The card has expired.' } });
  await userEvent.click(screen.getByRole('button', { name: 'Pay' }));
  await screen.findByText('The card has expired.');
  script.createConfirmationToken.mockRejectedValueOnce(new Error('network'));
  await userEvent.click(screen.getByRole('button', { name: 'Pay' }));
  await waitFor(() => expect(screen.queryByText('The card has expired.')).toBeNull());
  expect(onToken).not.toHaveBeenCalled();
});

test.each([
  ['answered', async () => ({})],
  ['not possible any more', () => Promise.reject(new Error('wrong status'))],
])('a challenge that is %s is learned from the server, and can be opened again', async (_, result) => {
  const { script } = stripe();
  script.handleNextAction.mockImplementation(result);
  const { onDone } = show('challenge');
  await waitFor(() => expect(onDone).toHaveBeenCalledTimes(1));
  expect(script.handleNextAction.mock.calls).toEqual([[{ clientSecret: 'pi_1_secret_2' }]]);
  await userEvent.click(screen.getByRole('button', { name: '再試一次' }));
  await waitFor(() => expect(onDone).toHaveBeenCalledTimes(2));
});

test('a page that was reached by a link is loaded again, for the policy that allows the script', async () => {
  mockDocument.loadedPath = '/drops/1';
  show();
  await waitFor(() => expect(reloadPage).toHaveBeenCalledTimes(1));
  expect(loadStripe).not.toHaveBeenCalled();
});

test('a script that does not load is said, and loading again helps', async () => {
  loadStripe.mockRejectedValue(new Error('blocked'));
  show();
  await userEvent.click(await screen.findByRole('button', { name: '再試一次' }));
  expect(reloadPage).toHaveBeenCalledTimes(1);
});
