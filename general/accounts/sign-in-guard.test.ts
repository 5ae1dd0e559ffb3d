import request from 'supertest';
import { Problem } from '../../shared/tier/problems.ts';
import { startGeneral } from '../../testing/general/start-general.ts';
import { SignInGuard, type SignInAttempt } from './sign-in-guard.ts';
import { SignUpGuard } from './sign-up-guard.ts';

const minutes = 60_000;
const times = <T>(count: number, make: (index: number) => T) =>
  Array.from({ length: count }, (_, index) => make(index));

/** How many of these attempts are allowed before one needs a proof of work. */
function unproven(guard: SignInGuard, attempts: Iterable<SignInAttempt>, now?: number): number {
  let count = 0;
  for (const attempt of attempts) {
    if (guard.weight(attempt, now) > 0) return count;
    guard.add(attempt, now);
    count += 1;
  }
  return count;
}

/** Seconds to wait if `act` is refused; undefined if it is not. */
function waitFor(act: () => void): number | undefined {
  try {
    act();
    return undefined;
  } catch (error) {
    if (error instanceof Problem && error.code === 'too_many_requests') return error.options.retryAfter;
    throw error;
  }
}

test('one password on many accounts, from one address', () => {
  const guard = new SignInGuard();
  const spray = times(1_000, (index) => ({ email: `user${index}@seatdrop.test`, client: '192.0.2.1' }));
  expect(unproven(guard, spray, 0)).toBe(200);
  const email = 'user1@seatdrop.test';
  expect(guard.weight({ email, client: '192.0.2.2' }, 0)).toBe(0);
  expect(guard.weight({ email, client: '192.0.2.1' }, 5 * minutes + 1)).toBe(0);
});

test('setting the server’s clock on gives nobody more guesses', () => {
  const guard = new SignInGuard();
  const guesses = times(100, () => ({ email: 'a@seatdrop.test', client: '192.0.2.1' }));
  expect(unproven(guard, guesses)).toBe(10);
  const clock = jest.spyOn(Date, 'now').mockReturnValue(Date.now() + 3_600_000);
  try {
    expect(unproven(guard, guesses)).toBe(0);
  } finally {
    clock.mockRestore();
  }
});

test('an account of one’s own does not buy more guesses', () => {
  const guard = new SignInGuard();
  const own = { email: 'own@seatdrop.test', client: '192.0.2.1' };
  let count = 0;
  for (const index of times(1_000, (each) => each)) {
    count += unproven(guard, [{ email: `user${index}@seatdrop.test`, client: '192.0.2.1' }], 0);
    if (unproven(guard, [own], 0) === 1) guard.forgive(own);
  }
  expect(count).toBeLessThanOrEqual(200);
});

test('one account from many addresses: each attempt needs a proof, heavier the more there were', () => {
  const guard = new SignInGuard();
  const from = (index: number) => ({ email: 'a@seatdrop.test', client: `192.0.2.${index}` });
  expect(unproven(guard, times(1_000, from), 0)).toBe(100);
  const weights = times(400, (index) => {
    guard.add(from(1_000 + index), 0);
    return guard.weight(from(2_000), 0);
  });
  expect(weights[0]).toBe(1);
  expect(weights[399]).toBe(64);
  expect(weights).toEqual(weights.toSorted((a, b) => a - b));
});

test('what others try does not count for a device that has signed in before', () => {
  const guard = new SignInGuard();
  const email = 'a@seatdrop.test';
  for (const index of times(1_000, (each) => each)) guard.add({ email, client: `192.0.2.${index}` }, 0);
  for (const index of times(1_000, (each) => each))
    guard.add({ email, client: '192.0.2.1', device: `${index}` }, 0);
  const owner = { email, client: '192.0.2.1', device: 'of the owner' };
  expect(
    unproven(
      guard,
      times(100, () => owner),
      0,
    ),
  ).toBe(10);
});

test('who has an account cannot be found out by signing them all up', () => {
  const guard = new SignUpGuard();
  const asked = times(1_000, () => waitFor(() => guard.addTaken('192.0.2.1', 0)));
  expect(asked.filter((wait) => wait === undefined)).toHaveLength(20);
  // Nor by who is refused: all requests of the address are.
  expect(waitFor(() => guard.checkTaken('192.0.2.1', 0))).toBe(300);
  expect(waitFor(() => guard.checkTaken('192.0.2.2', 0))).toBeUndefined();
});

test('a hundred accounts are made at one address at once, then one each three seconds', () => {
  const guard = new SignUpGuard();
  const at = (email: number, now: number) => waitFor(() => guard.admit('192.0.2.1', String(email), now));
  expect(times(100, (email) => at(email, 0)).every((wait) => wait === undefined)).toBe(true);
  expect(waitFor(() => guard.admit('192.0.2.2', 'a', 0))).toBeUndefined();
  // Each account is told a different time, for which a place is reserved.
  expect(times(3, (email) => at(100 + email, 0))).toEqual([3, 6, 9]);
  expect(at(100, 500)).toBe(3);
  expect(at(100, 3_000)).toBeUndefined();
  expect(at(999, 6_000)).toBe(6);
  expect(at(101, 6_000)).toBeUndefined();
  // Reservations reach only a limited time ahead.
  for (const email of times(1_000, (each) => each)) at(2_000 + email, 6_000);
  expect(at(9_999, 6_000)).toBeLessThanOrEqual(31 * 3);
});

test('an address that the front door did not tell is not believed', async () => {
  // Like a client that bypasses the front door: its address is not a trusted proxy.
  const general = await startGeneral({ trustedProxies: ['192.0.2.254'] });
  try {
    const guess = (index: number) =>
      request(general.app)
        .post('/api/auth/signin')
        .set('X-Forwarded-For', `198.51.100.${index}`)
        .send({ email: 'nobody@seatdrop.test', password: 'a wild guess' });
    const answers = await Promise.all(times(13, guess));
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(3);
  } finally {
    await general.stop();
  }
});
