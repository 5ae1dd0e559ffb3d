import { startFrontDoor } from './start-front-door.ts';

const BURST = 5;
const limit = { rate: 1, burst: BURST };
const wide = { rate: 10_000, burst: 10_000 };
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
] as const)('%s', (_name, path, perAddress, perToken) => {
  const others = {
    entryPerAddress: wide,
    entryPerToken: wide,
    generalPerAddress: wide,
    generalPerToken: wide,
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

  test('are limited by token, whatever the address and wherever the token stands', async () => {
    const door = await startFrontDoor({ limits: { ...others, [perToken]: limit } });
    try {
      const spellings = [
        { authorization: `Bearer ${token('a')}` },
        { cookie: `session=${token('b')}` },
        { authorization: `bearer ${token('c')}`, cookie: 'session=junk' },
      ];
      for (const spelling of spellings) {
        const one = await rush(door, path, (i) => ({ 'x-forwarded-for': address(i), ...spelling }));
        expect(one.passed).toBeGreaterThan(BURST);
        expect(one.refused).toBeGreaterThan(0);
      }
      const many = await rush(door, path, (i) => ({ authorization: `Bearer ${token(`buyer-${i}`)}` }));
      expect(many.passed).toBe(30);
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
