import { setTimeout as sleep } from 'node:timers/promises';
import request from 'supertest';
import type { Drop } from '../../shared/drops/drop.ts';
import { eventually } from '../../testing/eventually.ts';
import { startTcpProxy, viaProxy, type TcpProxy } from '../../testing/tcp-proxy.ts';
import { testServers } from '../../testing/servers.ts';
import { createPublisherSystem, type PublisherSystem } from '../../testing/publisher/publisher-system.ts';

const enter = async (
  system: PublisherSystem,
  drop: Drop,
  { id, bearer }: { id: number; bearer: { Authorization: string } },
) => request(system.url).post(`/api/drops/${drop.id}/entries`).set(bearer).send(system.entry(drop, id));

const unavailable = (answer: request.Response) => {
  expect(answer.body).toMatchObject({ code: 'unavailable' });
  expect([answer.status, answer.headers['retry-after']]).toEqual([503, '1']);
};

const quiet = (system: PublisherSystem) => system.lines.filter(({ level }) => level >= 50);

test('before the broker was ever there, entries are turned away at once', async () => {
  const system = await createPublisherSystem({ amqpUrl: null });
  try {
    const drop = await system.createDrop();
    unavailable(await enter(system, drop, await system.user()));
    await request(system.url).get('/healthz').expect(200);
    const ready = await request(system.url).get('/readyz').expect(503);
    expect(ready.body).toEqual({ ready: false, checks: { broker: 'not ready' } });
    expect(quiet(system)).toEqual([]);
  } finally {
    await system.stop();
  }
});

test('when too many wait for their confirms, more are turned away at once', async () => {
  const system = await createPublisherSystem({ batching: { maxWaiting: 0 } });
  try {
    const drop = await system.createDrop();
    unavailable(await enter(system, drop, await system.user()));
    expect((await system.queued()).entries).toEqual([]);
  } finally {
    await system.stop();
  }
});

describe('when the broker goes away', () => {
  let proxy: TcpProxy;
  let system: PublisherSystem;
  let drop: Drop;
  beforeAll(async () => {
    const { hostname, port } = new URL(testServers().amqpUrl);
    proxy = await startTcpProxy({ host: hostname, port: Number(port) });
    system = await createPublisherSystem({
      amqpUrl: viaProxy(testServers().amqpUrl, proxy),
      batching: { confirmTimeoutMs: 2_000, patienceMs: 100 },
    });
    drop = await system.createDrop();
  });
  afterAll(async () => {
    await system.stop();
    await proxy.stop();
  });

  test('entries are turned away while it is, and taken again when it is back', async () => {
    const user = await system.user();
    expect((await enter(system, drop, user)).status).toBe(202);
    for (const _ of [1, 2]) {
      proxy.cut();
      await eventually(async () => (await request(system.url).get('/readyz')).status === 503);
      unavailable(await enter(system, drop, user));
      unavailable(await enter(system, drop, user));
      proxy.restore();
      await eventually(async () => (await request(system.url).get('/readyz')).status === 200);
      expect((await enter(system, drop, user)).status).toBe(202);
    }
    const entry = `${drop.id}.0 ${user.id}:1`;
    expect((await system.queued()).entries).toEqual([entry, entry, entry]);
    expect(quiet(system)).toEqual([]);
  });

  test('those who wait for their confirm are not kept waiting, and whoever got 202 is queued', async () => {
    const users = await Promise.all(Array.from({ length: 40 }, () => system.user()));
    const answers = users.map((user) => enter(system, drop, user));
    await Promise.race(answers);
    proxy.cut();
    const codes = (await Promise.all(answers)).map(({ status }) => status);
    expect(new Set([...codes, 202, 503])).toEqual(new Set([202, 503]));
    proxy.restore();
    await eventually(async () => (await request(system.url).get('/readyz')).status === 200);
    const { entries } = await system.queued();
    const accepted = users.filter((_, index) => codes[index] === 202);
    expect(accepted.length).toBeGreaterThan(0);
    expect(entries).toEqual(expect.arrayContaining(accepted.map(({ id }) => `${drop.id}.0 ${id}:1`)));
    expect(quiet(system)).toEqual([]);
  });

  test('one that says nothing any more is not waited for', async () => {
    const user = await system.user();
    proxy.freeze();
    const first = enter(system, drop, user);
    let isWaiting = true;
    void first.finally(() => (isWaiting = false));
    // Only the first entry waits for the broker; meanwhile others are refused at once.
    await sleep(200);
    unavailable(await enter(system, drop, await system.user()));
    expect(isWaiting).toBe(true);
    unavailable(await first);
    proxy.restore();
    // The broker gets the message anyway as soon as its connection works again, so retrying must be safe.
    expect(
      (
        await eventually(async () => {
          const answer = await enter(system, drop, user);
          return answer.status === 202 && answer;
        })
      ).status,
    ).toBe(202);
    const { entries } = await system.queued();
    // The entry is there twice: the first one was answered 503, but the broker got it anyway.
    expect(entries.filter((entry) => entry === `${drop.id}.0 ${user.id}:1`).length).toBeGreaterThan(1);
    expect(quiet(system)).toEqual([]);
  });
});
