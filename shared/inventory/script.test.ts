import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ChildProcess, spawn } from 'node:child_process';
import { Redis } from 'ioredis';
import { isTransient } from '../redis/transient.ts';
import { eventually } from '../../testing/eventually.ts';
import { Keys } from './keys.ts';
import { scriptSource } from './script.ts';

// A server of its own, since its memory is filled up.
let dir: string;
let server: ChildProcess;
let redis: Redis;
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'seatdrop-'));
  const path = join(dir, 'redis.sock');
  const settings = ['--port', '0', '--unixsocket', path, '--save', '', '--maxmemory-policy', 'noeviction'];
  server = spawn('redis-server', settings, { cwd: dir, stdio: 'ignore' });
  redis = new Redis({ path, lazyConnect: true, retryStrategy: () => 20 });
  redis.on('error', () => {});
  await eventually(async () => (await redis.ping()) === 'PONG');
});
afterAll(async () => {
  redis.disconnect();
  server.kill();
  await once(server, 'exit');
  rmSync(dir, { recursive: true });
});

test('a batch that meets the memory limit is refused whole and can come again; releases go on', async () => {
  const place = { dropId: 1, partition: 0 };
  const keys = new Keys('');
  const run = (name: string, ...args: (string | number)[]) =>
    redis.eval(scriptSource(name), keys.all(place).length, ...keys.all(place), ...args);
  await run('stock-rows', 0, '....');
  await run('stock', 4, 5, 1, 1, 60_000, 4, 1, Date.now() + 60_000, 1, 4);
  const [, claimed] = (await run('claim', '0123456789abcd', '1:2', 0)) as string[];
  expect(claimed).toMatch(/\|h0\.2\+0\.3\|\d+$/);
  await eventually(async () => ((await run('lingering', 'due', 0, 0)) as string[]).length === 3);
  const state = async () => [
    await redis.hgetall(keys.key(place, 'meta')),
    await redis.hgetall(keys.key(place, 'rows')),
    await redis.hgetall(keys.key(place, 'holds')),
    await redis.hgetall(keys.key(place, 'entries')),
    await redis.zrange(keys.key(place, 'due'), '0', '-1'),
  ];
  const before = await state();

  await redis.config('SET', 'maxmemory', '1');
  const refused: unknown = await run('claim', '0123456789abce', '2:1,3:9,1:1', 0).catch(
    (error: unknown) => error,
  );
  expect(refused).toBeInstanceOf(Error);
  expect(isTransient(refused)).toBe(true);
  expect(await state()).toEqual(before);
  expect((await run('look')) as string[]).toContain('there');
  expect(await run('view', 1)).toEqual(expect.arrayContaining(['hold', '0123456789abcd-0', 'h']));
  expect(await run('release', '0123456789abcd-0')).toEqual([
    'released',
    '1',
    expect.any(String),
    expect.stringMatching(/^\d{13}$/),
  ]);

  await redis.config('SET', 'maxmemory', '0');
  const [, again] = (await run('claim', '0123456789abce', '2:1,3:9,1:1', 0)) as string[];
  expect(again).toMatch(/\|h0\.2,x1,l\d{13}\|\d+$/);
});
