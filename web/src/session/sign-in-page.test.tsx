import { webcrypto } from 'node:crypto';
import { screen, waitFor } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { createChallenge } from 'altcha-lib';
import { deriveKey } from 'altcha-lib/algorithms/pbkdf2';
import { answer, problem } from '../../testing/api.ts';
import { draw } from '../../testing/draw.tsx';
import { shopper } from '../../testing/things.ts';
import SignInPage from './sign-in-page.tsx';

const secret = 'of the server';
const challengeFor = (counter: number) =>
  createChallenge({
    algorithm: 'PBKDF2/SHA-256',
    cost: 10,
    counter,
    deriveKey,
    data: { purpose: 'sign-in', email: 'mara@seatdrop.test', weight: 1, most: 200 },
    expiresAt: 4_000_000_000,
    hmacSignatureSecret: secret,
    hmacKeySignatureSecret: secret,
  });

const subtle = Object.getOwnPropertyDescriptor(globalThis.crypto, 'subtle');
const give = (value: unknown) =>
  Object.defineProperty(globalThis.crypto, 'subtle', { value, configurable: true, writable: true });
beforeEach(() => void give(webcrypto.subtle));
afterAll(() => void (subtle && Object.defineProperty(globalThis.crypto, 'subtle', subtle)));

async function signIn() {
  const user = userEvent.setup();
  await user.type(screen.getByLabelText('E-mail'), 'mara@seatdrop.test');
  await user.type(screen.getByLabelText('Password'), 'correct horse battery');
  await user.click(screen.getByRole('button', { name: 'Sign in' }));
}

test('the device does the work, says so, and signs in', async () => {
  const challenge = await challengeFor(120);
  const asked = answer('post', '/auth/signin', ({ count }) =>
    count === 1 ? problem(429, 'proof_required', { challenge }) : { user: shopper, token: 'x' },
  );
  const seen: string[] = [];
  const watching = new MutationObserver(() => {
    const bar = document.querySelector('progress');
    if (bar) seen.push(bar.getAttribute('aria-label') ?? '');
  });
  watching.observe(document.body, { subtree: true, childList: true, attributes: true });
  draw(<SignInPage />, { at: '/signin?next=/orders' });
  await signIn();
  await waitFor(() => expect(location.pathname).toBe('/orders'));
  watching.disconnect();
  expect(seen.length).toBeGreaterThan(0);
  expect(seen[0]).toBe('Progress of the puzzle');
  expect(asked.bodies[1]).toMatchObject({
    email: 'mara@seatdrop.test',
    proof: { challenge, solution: { counter: 120 } },
  });
});

test('an attempt that is refused again and again ends with words, and the form stays usable', async () => {
  const challenge = await challengeFor(5);
  const asked = answer('post', '/auth/signin', () => problem(429, 'proof_required', { challenge }));
  draw(<SignInPage />, { at: '/signin' });
  await signIn();
  await screen.findByText(/^Too many wrong passwords were tried/);
  expect(asked.count).toBe(4);
  expect(screen.getByRole('button', { name: 'Sign in' })).not.toHaveProperty('disabled', true);
});

test('a browser that cannot do the work says what else helps', async () => {
  const challenge = await challengeFor(5);
  give(undefined);
  const asked = answer('post', '/auth/signin', () => problem(429, 'proof_required', { challenge }));
  draw(<SignInPage />, { at: '/signin' });
  await signIn();
  await screen.findByText(/^Too many wrong passwords were tried/);
  expect(asked.count).toBe(1);
});
