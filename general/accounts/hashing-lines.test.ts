import { Problem } from '../../shared/tier/problems.ts';
import { HashingLines, type HashingLimits, type HashingKind, type HashingTurn } from './hashing-lines.ts';

const never = new AbortController().signal;
const turnOf = (kind: HashingKind, client: string, email: string, gone = never): HashingTurn => ({
  kind,
  client,
  email,
  gone,
});

/** Hashing whose computations end when the test calls `endOne`. */
function lines(limits: Partial<HashingLimits> = {}) {
  const hashing = new HashingLines(limits);
  const begun: string[] = [];
  const ends: (() => void)[] = [];
  const settled = () => new Promise((resolve) => setImmediate(resolve));
  return {
    hashing,
    begun,
    ask: (turn: HashingTurn) =>
      hashing
        .run(turn, () => {
          begun.push(`${turn.kind} ${turn.email}`);
          return new Promise<void>((resolve) => ends.push(resolve));
        })
        .then(
          () => 'done' as const,
          (error: unknown) => error as Problem,
        ),
    endOne: async () => {
      await settled();
      ends.shift()?.();
      await settled();
    },
  };
}

test('a flood of sign-ups leaves every second hash to sign-ins', async () => {
  const { ask, begun, endOne } = lines();
  for (let index = 0; index < 50; index += 1) void ask(turnOf('sign-up', `a${index % 8}`, `u${index}`));
  for (let index = 0; index < 3; index += 1) void ask(turnOf('sign-in', 'b', `s${index}`));
  for (let count = 0; count < 6; count += 1) await endOne();
  const kinds = begun.map((each) => each.split(' ')[0]);
  expect(kinds.slice(0, 2)).toEqual(['sign-up', 'sign-up']);
  expect(kinds.filter((kind) => kind === 'sign-in')).toHaveLength(3);
  expect(kinds.lastIndexOf('sign-in')).toBeLessThanOrEqual(6);
});

test('in a line clients take turns', async () => {
  const { ask, begun, endOne } = lines({ atOnce: 1 });
  for (let index = 0; index < 10; index += 1) void ask(turnOf('sign-up', 'flood', `f${index}`));
  for (const email of ['c0', 'c1']) void ask(turnOf('sign-up', 'class', email));
  for (let count = 0; count < 4; count += 1) await endOne();
  expect(begun).toEqual(['f0', 'f1', 'c0', 'f2', 'c1'].map((email) => `sign-up ${email}`));
});

test('who hangs up leaves the line', async () => {
  const { hashing, ask, begun, endOne } = lines({ atOnce: 1 });
  void ask(turnOf('sign-in', 'a', 'first'));
  const gone = new AbortController();
  const left = Array.from({ length: 50 }, (_, index) =>
    ask(turnOf('sign-in', 'b', `b${index}`, gone.signal)),
  );
  void ask(turnOf('sign-in', 'c', 'last'));
  expect(hashing.waiting('sign-in')).toBe(51);
  gone.abort();
  expect((await Promise.all(left)).every((error) => error instanceof Problem)).toBe(true);
  expect(hashing.waiting('sign-in')).toBe(1);
  await endOne();
  expect(begun).toEqual(['sign-in first', 'sign-in last']);
  void ask(turnOf('sign-in', 'd', 'gone before', gone.signal));
  expect(hashing.waiting('sign-in')).toBe(0);
});

test('a full line refuses those who have most in it, and keeps a place for them at the time it says', async () => {
  const { ask, begun, endOne } = lines({ atOnce: 1, maxWaiting: 3, share: 2 });
  void ask(turnOf('sign-up', 'flood', 'f0'));
  const flood = [1, 2, 3].map((index) => ask(turnOf('sign-up', 'flood', `f${index}`)));
  void ask(turnOf('sign-up', 'class', 'c0'));
  const refused = await flood[2]!;
  if (!(refused instanceof Problem)) throw new Error('not refused');
  expect(refused).toMatchObject({ code: 'unavailable', options: { retryAfter: expect.any(Number) } });

  const now = performance.now();
  const later = jest.spyOn(performance, 'now').mockReturnValue(now + refused.options.retryAfter! * 1000);
  try {
    // The line is full again, still mostly with the same client; the request with a reserved place gets in.
    const back = ask(turnOf('sign-up', 'flood', 'f3'));
    const newcomer = ask(turnOf('sign-up', 'flood', 'f4'));
    expect(await newcomer).toBeInstanceOf(Problem);
    await endOne();
    await endOne();
    await endOne();
    await endOne();
    expect(begun).toContain('sign-up f3');
    await endOne();
    expect(await back).toBe('done');
  } finally {
    later.mockRestore();
  }
});
