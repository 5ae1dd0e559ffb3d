import request from 'supertest';
import { Problem } from '../../shared/problems.ts';
import { startGeneral } from '../testing/start-general.ts';
import { SignInGuard, SignUpGuard } from './sign-in-guard.ts';

/** How many of these are let through before one is refused. */
function admitted(attempts: Iterable<() => void>): number {
  let count = 0;
  for (const attempt of attempts) {
    try {
      attempt();
    } catch (error) {
      if (error instanceof Problem && error.code === 'too_many_requests') return count;
      throw error;
    }
    count += 1;
  }
  return count;
}
const times = <T>(count: number, make: (index: number) => T) =>
  Array.from({ length: count }, (_, index) => make(index));

test('one password on many accounts, from one address', () => {
  const guard = new SignInGuard();
  const spray = times(1_000, (index) => () => guard.admit(`user${index}@seatdrop.test`, '192.0.2.1', 0));
  expect(admitted(spray)).toBe(200);
  expect(admitted([() => guard.admit('user1@seatdrop.test', '192.0.2.2', 0)])).toBe(1);
  expect(admitted([() => guard.admit('user1@seatdrop.test', '192.0.2.1', 5 * 60_000 + 1)])).toBe(1);
});

test('setting the server’s clock on gives nobody more guesses', () => {
  const guard = new SignInGuard();
  const guess = () => guard.admit('a@seatdrop.test', '192.0.2.1');
  const guesses = times(100, () => guess);
  expect(admitted(guesses)).toBe(10);
  const clock = jest.spyOn(Date, 'now').mockReturnValue(Date.now() + 3_600_000);
  try {
    expect(admitted(guesses)).toBe(0);
  } finally {
    clock.mockRestore();
  }
});

test('an account of one’s own does not buy more guesses', () => {
  const guard = new SignInGuard();
  const cheat = times(1_000, (index) => () => {
    guard.admit(`user${index}@seatdrop.test`, '192.0.2.1', 0);
    guard.admit('own@seatdrop.test', '192.0.2.1', 0);
    guard.forgive('own@seatdrop.test', '192.0.2.1');
  });
  expect(admitted(cheat)).toBeLessThanOrEqual(200);
});

test('one account from many addresses', () => {
  const guard = new SignInGuard();
  expect(admitted(times(1_000, (index) => () => guard.admit('a@seatdrop.test', `192.0.2.${index}`, 0)))).toBe(
    100,
  );
});

test('who has an account cannot be found out by signing them all up', () => {
  const guard = new SignUpGuard();
  expect(admitted(times(1_000, () => () => guard.admit('192.0.2.1', 0)))).toBe(20);
  // A hall full of people behind one address signs up as long as the addresses are theirs.
  const fresh = new SignUpGuard();
  const hall = times(1_000, () => () => {
    fresh.admit('192.0.2.1', 0);
    fresh.forgive('192.0.2.1');
  });
  expect(admitted(hall)).toBe(1_000);
});

test('an address that the front door did not tell is not believed', async () => {
  // As the tier meets somebody who gets past the front door: their own address is not one of its proxies.
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

test('who has a whole IPv6 network is one guesser all the same', async () => {
  const general = await startGeneral();
  try {
    const guessFrom = (address: string) =>
      request(general.app)
        .post('/api/auth/signin')
        .set('X-Forwarded-For', address)
        .send({ email: 'nobody@seatdrop.test', password: 'a wild guess' });
    const answers = await Promise.all(times(13, (index) => guessFrom(`2001:db8:0:1::${index + 1}`)));
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(3);
    expect((await guessFrom('2001:db8:0:2::1')).status).toBe(401);
  } finally {
    await general.stop();
  }
});
