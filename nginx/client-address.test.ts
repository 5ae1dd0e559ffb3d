import { clientAddresses } from '../testing/client-addresses.ts';
import { eventually } from '../testing/eventually.ts';
import { startFrontDoor } from '../testing/nginx/start-front-door.ts';

const unlimited = { rate: 10_000, burst: 10_000 };
const limits = { generalPerAddress: unlimited, connectionsPerAddress: 1 };

type Door = Awaited<ReturnType<typeof startFrontDoor>>;
/** Headers of a request, and the address of this machine that it is sent to. */
type From = { headers?: Record<string, string>; host?: string };

function ask(door: Door, path: string, { headers = {}, host = '127.0.0.1' }: From) {
  return fetch(`http://${host}:${door.port}${path}`, { headers });
}

/** Whether a request from `other` is refused while one from `one` uses the only connection that a client has here. */
async function areOneClient(door: Door, one: From, other: From): Promise<boolean> {
  let answer = () => {};
  const until = new Promise<void>((resolve) => (answer = resolve));
  door.tiers.general.answer(({ url }) => (url === '/api/slow' ? { until } : {}));
  const before = door.tiers.general.asked.length;
  const slow = ask(door, '/api/slow', one);
  await eventually(() => door.tiers.general.asked.length > before);
  const { status } = await ask(door, '/api/orders', other);
  answer();
  expect((await slow).status).toBe(200);
  // Wait until nginx has finished it as well.
  await eventually(async () => (await ask(door, '/api/orders', one)).status === 200);
  return status === 429;
}

const named = (address: string): From => ({ headers: { 'x-forwarded-for': address } });

test('an address that a trusted proxy names is counted with all that are the same client’s, and with no other', async () => {
  const door = await startFrontDoor({ limits });
  try {
    for (const [first, ...more] of clientAddresses) {
      for (const same of more)
        expect([first, same, await areOneClient(door, named(first), named(same))]).toEqual([
          first,
          same,
          true,
        ]);
    }
    for (const [at, [first]] of clientAddresses.entries()) {
      const [other = ''] = clientAddresses.at(at - 1) ?? [];
      expect([first, other, await areOneClient(door, named(first), named(other))]).toEqual([
        first,
        other,
        false,
      ]);
    }
  } finally {
    await door.stop();
  }
});

test('so is the address that a connection comes from', async () => {
  const door = await startFrontDoor({ limits, overIpv6: true, trustedProxies: ['127.0.0.1'] });
  try {
    // This socket accepts both; IPv4 arrives as ::ffff:127.0.0.1, which must count as the trusted proxy too.
    const ipv6: From = { host: '[::1]' };
    expect(await areOneClient(door, ipv6, ipv6)).toBe(true);
    expect(await areOneClient(door, ipv6, {})).toBe(false);
    expect(await areOneClient(door, {}, named('127.0.0.1'))).toBe(true);
    expect(await areOneClient(door, named('::4'), ipv6)).toBe(true);
    expect(await areOneClient(door, named('2001:db8::4'), ipv6)).toBe(false);
  } finally {
    await door.stop();
  }
});
