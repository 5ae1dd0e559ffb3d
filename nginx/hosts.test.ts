import { exchange } from '../local/process/wait.ts';
import { startFrontDoor } from '../testing/nginx/start-front-door.ts';

type Door = Awaited<ReturnType<typeof startFrontDoor>>;

async function withDoor(publicUrl: string, run: (ask: Ask, door: Door) => Promise<void>): Promise<void> {
  const door = await startFrontDoor({ publicUrl });
  try {
    await run(async (host, path = '/api/events') => {
      const request = `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`;
      return exchange(door.port, request, (text) => /\r\n\r\n[^]*\}/.test(text), 5_000);
    }, door);
  } finally {
    await door.stop();
  }
}
type Ask = (host: string, path?: string) => Promise<string>;

test('a host that is not ours is refused by nginx itself, and no tier hears of it', async () => {
  await withDoor('https://seatdrop.test', async (ask, { tiers }) => {
    for (const host of ['evil.test', 'seatdrop.test.evil.test', '127.0.0.1', 'x.seatdrop.test']) {
      const answer = await ask(host);
      expect(answer).toMatch(/^HTTP\/1.1 421 /);
      expect(answer).toMatch(/\r\nContent-Type: application\/problem\+json\r\n/);
      expect(answer).toMatch(/\r\nX-Content-Type-Options: nosniff\r\n/);
      expect(answer).not.toContain('evil');
    }
    expect(tiers.general.asked).toEqual([]);
    // Load balancers send the address as host.
    expect(await ask('10.0.0.7:8080', '/healthz')).toMatch(/^HTTP\/1.1 200 /);
    for (const host of ['seatdrop.test', 'SEATDROP.test:443']) {
      expect(await ask(host)).toMatch(/^HTTP\/1.1 200 /);
    }
  });
});

test('what is not HTTP gets a problem where hosts are told apart, too', async () => {
  await withDoor('https://seatdrop.test', async (_ask, { port }) => {
    const junk = await exchange(port, 'GARBAGE\r\n\r\n', (text) => text.includes('}'), 5_000);
    expect(junk).toMatch(/^HTTP\/1.1 400 [^]*"code":"invalid_request"/);
  });
});

test('on this machine all of its own names are served', async () => {
  await withDoor('http://127.0.0.1:8080', async (ask) => {
    for (const host of ['127.0.0.1:8080', 'localhost:8080', '[::1]:8080'])
      expect(await ask(host)).toMatch(/^HTTP\/1.1 200 /);
    expect(await ask('rebound.test:8080')).toMatch(/^HTTP\/1.1 421 /);
  });
});

test('browsers are told to stay with https where it is https, and only there', async () => {
  const hsts = /\r\nStrict-Transport-Security: max-age=31536000\r\n/;
  await withDoor('https://seatdrop.test', async (ask) => {
    for (const path of ['/api/events', '/events/1', '/api/drops/1/entries', '/metrics', '/'])
      expect([path, await ask('seatdrop.test', path)]).toEqual([path, expect.stringMatching(hsts)]);
  });
  await withDoor('http://127.0.0.1:8080', async (ask) => {
    expect(await ask('127.0.0.1')).not.toMatch(hsts);
  });
});
