import { startFrontDoor } from '../testing/nginx/start-front-door.ts';

const BURST = 5;
const limit = { rate: 1, burst: BURST };
const unlimited = { rate: 10_000, burst: 10_000 };
const token = (buyer: string): string => `head.body.${buyer.padEnd(43, 'x')}`;

type Door = Awaited<ReturnType<typeof startFrontDoor>>;

/** Sends 30 requests at once and counts the answers by status. */
async function rush(door: Door, path: string, headersOf: (i: number) => Record<string, string>) {
  const method = path.endsWith('/entries') ? 'POST' : 'GET';
  const all = Array.from({ length: 30 }, (_, i) => door.ask(path, { method, headers: headersOf(i) }));
  const answers = await Promise.all(all);
  const count = (status: number): number => answers.filter((answer) => answer.status === status).length;
  return { passed: count(200), refused: count(429), answers };
}

const address = (i: number): string => `198.51.100.${i}`;

describe.each([
  ['entries', '/api/drops/1/entries', 'entryPerAddress', 'entryPerToken'],
  ['the rest', '/api/events', 'generalPerAddress', 'generalPerToken'],
  ['searches', '/api/events?limit=5&%71=strings', 'searchPerAddress', 'searchPerToken'],
] as const)('%s', (_name, path, perAddress, perToken) => {
  const others = {
    entryPerAddress: unlimited,
    entryPerAddressWithSession: unlimited,
    entryPerToken: unlimited,
    generalPerAddress: unlimited,
    generalPerAddressWithSession: unlimited,
    generalPerToken: unlimited,
    searchPerAddress: unlimited,
    searchPerAddressWithSession: unlimited,
    searchPerToken: unlimited,
  };

  test('are limited by address', async () => {
    const door = await startFrontDoor({ limits: { ...others, [perAddress]: limit } });
    try {
      const one = await rush(door, path, () => ({ 'x-forwarded-for': address(1) }));
      expect(one.passed).toBeGreaterThan(BURST);
      expect(one.refused).toBeGreaterThan(0);
      expect(one.passed + one.refused).toBe(30);
      const refusal = one.answers.find(({ status }) => status === 429);
      expect(refusal?.body).toMatchObject({ code: 'too_many_requests', status: 429 });
      expect(refusal?.headers.get('retry-after')).toBe('1');
      expect(refusal?.headers.get('content-type')).toBe('application/problem+json');

      const many = await rush(door, path, (i) => ({ 'x-forwarded-for': address(100 + i) }));
      expect(many.passed).toBe(30);
    } finally {
      await door.stop();
    }
  });

  test.each([
    ['http', 'session', '__Host-session'],
    ['https', '__Host-session', 'session'],
  ])(
    'over %s are limited by token, whatever the address and wherever it stands',
    async (scheme, name, other) => {
      const door = await startFrontDoor({
        limits: { ...others, [perToken]: limit },
        publicUrl: `${scheme}://127.0.0.1`,
      });
      try {
        const spellings = [
          { authorization: `Bearer ${token('a')}` },
          { cookie: `${name}=${token('b')}` },
          { authorization: `bearer ${token('c')}`, cookie: `${name}=junk` },
          // Among other cookies, found as by the tiers; a later one that they ignore makes no difference.
          { cookie: `a=1;  my${name}=x; ${other}=${token('d')};${name}=\t${token('e')}; ${name}=junk` },
        ];
        for (const spelling of spellings) {
          const one = await rush(door, path, (i) => ({ 'x-forwarded-for': address(i), ...spelling }));
          expect(one.passed).toBeGreaterThan(BURST);
          expect(one.refused).toBeGreaterThan(0);
        }
        const hidden = await rush(door, path, (i) => ({
          cookie: `${other}=${token(`junk-${i}`)}; ${name}=${token('f')}`,
        }));
        expect(hidden.refused).toBeGreaterThan(0);
        const many = await rush(door, path, (i) => ({ cookie: `${name}=${token(`buyer-${i}`)}` }));
        expect(many.passed).toBe(30);
      } finally {
        await door.stop();
      }
    },
  );

  test('that carry a session are counted by address apart from those that do not, and more of them are let through', async () => {
    const door = await startFrontDoor({
      limits: { ...others, [perAddress]: limit, [`${perAddress}WithSession`]: { rate: 1, burst: 20 } },
    });
    try {
      const from = { 'x-forwarded-for': address(1) };
      const signedIn = (i: number) => ({ ...from, authorization: `Bearer ${token(`buyer-${i}`)}` });
      expect((await rush(door, path, () => from)).refused).toBeGreaterThan(0);
      const sessions = await rush(door, path, signedIn);
      expect(sessions.passed).toBeGreaterThan(20);
      expect(sessions.refused).toBeGreaterThan(0);
      // The limit of other addresses was not used up by them.
      const elsewhere = await rush(door, path, (i) => ({
        ...signedIn(i),
        'x-forwarded-for': address(2 + (i % 2)),
      }));
      expect(elsewhere.refused).toBe(0);
    } finally {
      await door.stop();
    }
  });
});

test('the usual limits let a page with all its requests through, and stop a flood', async () => {
  const door = await startFrontDoor();
  try {
    expect((await rush(door, '/api/events', () => ({}))).refused).toBe(0);
    const flood = Array.from({ length: 10 }, () => rush(door, '/api/drops/1/entries', () => ({})));
    expect((await Promise.all(flood)).some(({ refused }) => refused > 0)).toBe(true);
  } finally {
    await door.stop();
  }
});
