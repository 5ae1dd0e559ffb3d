import { createServer, type Server } from 'node:http';
import request from 'supertest';
import { closeServer, listen } from '../../shared/tier/listen.ts';
import { createMetrics } from '../../shared/tier/metrics.ts';
import { Ops } from '../../shared/tier/ops.ts';
import { currentRole } from '../accounts/user.ts';
import { createApp } from '../app.ts';
import { startGeneral, type TestGeneral } from '../../testing/general/start-general.ts';
import type { TierUrls } from '../deps.ts';
import { showHealth } from './show-health.ts';

let general: TestGeneral;
const servers: Server[] = [];
beforeAll(async () => {
  general = await startGeneral();
});
afterAll(async () => {
  for (const server of servers) {
    server.closeAllConnections();
    await closeServer(server);
  }
  await general.stop();
});
afterEach(() => general.assertQuiet());

async function tier(status: number, body: string): Promise<string> {
  const server = createServer((req, res) => {
    res.writeHead(req.url === '/readyz' ? status : 500, { location: 'http://127.0.0.1:1/' }).end(body);
  });
  servers.push(server);
  return `http://127.0.0.1:${await listen(server, '127.0.0.1', 0)}`;
}

async function ask(tierUrls?: TierUrls) {
  const registry = createMetrics('general');
  const app = createApp({
    ...general.deps,
    routes: [showHealth(tierUrls ? { tierUrls } : {})],
    ops: new Ops(registry),
    registry,
    currentRole: (userId) => currentRole(general.db, userId),
  });
  const admin = await general.user('admin');
  const { body } = await request(app).get('/api/health').set(admin.bearer).expect(200);
  return (body as { tiers: { name: string; state: string }[] }).tiers;
}

test('each process says itself how it is', async () => {
  const ready = await tier(200, '{"ready":true,"checks":{"redis":"ok"}}');
  const waiting = await tier(503, '{"ready":false,"checks":{"redis":"ok","broker":"not ready"}}');
  const milliseconds = expect.any(Number) as number;
  expect(
    await ask({
      publisher: [ready, waiting],
      consumer: ['http://127.0.0.1:1'],
      realtime: [await tier(200, '<html>')],
      sandbox: [await tier(302, '')],
    }),
  ).toEqual([
    { name: 'publisher', instance: 1, state: 'ready', milliseconds, checks: { redis: 'ok' } },
    {
      name: 'publisher',
      instance: 2,
      state: 'not_ready',
      milliseconds,
      checks: { redis: 'ok', broker: 'not ready' },
    },
    { name: 'consumer', instance: 1, state: 'unreachable' },
    { name: 'realtime', instance: 1, state: 'ready', milliseconds },
    { name: 'general', instance: 1, state: 'unknown' },
    // Redirects are not followed.
    { name: 'sandbox', instance: 1, state: 'unreachable' },
  ]);
});

test('a process that does not answer holds nobody up for long', async () => {
  const silent = createServer(() => {});
  servers.push(silent);
  const url = `http://127.0.0.1:${await listen(silent, '127.0.0.1', 0)}`;
  const since = performance.now();
  const tiers = await ask({ publisher: [url, url] });
  expect(performance.now() - since).toBeLessThan(6_000);
  expect(tiers[0]).toMatchObject({ state: 'unreachable' });
});

test('where nobody said where they are, it is not known', async () => {
  expect((await ask()).map(({ name, state }) => `${name} ${state}`)).toEqual([
    'publisher unknown',
    'consumer unknown',
    'realtime unknown',
    'general unknown',
  ]);
});

test.each([[undefined], ['shopper'], ['organizer']] as const)('it is not for %s', async (role) => {
  const headers = role ? (await general.user(role)).bearer : {};
  const { status } = await request(general.app).get('/api/health').set(headers);
  expect(status).toBe(role ? 403 : 401);
});
