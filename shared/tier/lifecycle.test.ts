import { createServer, get, type IncomingMessage, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import { Lifecycle } from './lifecycle.ts';
import { closeServer, listen } from './listen.ts';
import { createMetrics } from './metrics.ts';
import { Ops } from './ops.ts';
import { captureLog } from '../../testing/captured-log.ts';
import { eventually } from '../../testing/eventually.ts';

test('first it takes nothing new, then it releases in reverse order, and nothing keeps the rest from it', async () => {
  const { log, lines } = captureLog();
  const lifecycle = new Lifecycle(log);
  const order: string[] = [];
  lifecycle.onStop('first', () => order.push('first'));
  lifecycle.onQuiet(() => {
    order.push('quiet');
    throw new Error('not so quiet');
  });
  lifecycle.onStop('second', async () => {
    await Promise.resolve();
    order.push('second');
    throw new Error('stuck');
  });
  lifecycle.onQuiet(() => order.push('quieter'));
  lifecycle.onStop('third', () => order.push('third'));
  expect(lifecycle.stopping).toBe(false);
  const stopped = [lifecycle.stop(), lifecycle.stop()];
  expect(lifecycle.stopping).toBe(true);
  await Promise.all(stopped);
  expect(order).toEqual(['quiet', 'quieter', 'third', 'second', 'first']);
  expect(lines.map(({ what }) => what)).toEqual(['quiet', 'second']);
});

test('a server that closes answers what it has begun, and takes nothing new', async () => {
  const waiting: ServerResponse[] = [];
  const server = createServer((_, res) => waiting.push(res));
  const port = await listen(server, '127.0.0.1', 0);
  const request = get({ port, host: '127.0.0.1' });
  await eventually(() => waiting.length === 1);

  let closed = false;
  const closing = closeServer(server).then(() => (closed = true));
  const refused = get({ port, host: '127.0.0.1' });
  const [error] = (await once(refused, 'error')) as [NodeJS.ErrnoException];
  expect(error.code).toBe('ECONNREFUSED');
  expect(closed).toBe(false);
  waiting[0]?.end('done');
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  expect(response.statusCode).toBe(200);
  response.resume();
  await closing;
});

test('a port that is taken is a fault', async () => {
  const first = createServer();
  const port = await listen(first, '127.0.0.1', 0);
  await expect(listen(createServer(), '127.0.0.1', port)).rejects.toMatchObject({ code: 'EADDRINUSE' });
  await closeServer(first);
});

test('a tier is ready when each of its dependencies is, and no more once it stops', async () => {
  const ops = new Ops(createMetrics('test'));
  let there = false;
  ops.addCheck('true', () => true);
  ops.addCheck('there', () => Promise.resolve(there));
  ops.addCheck('failing', () => (there ? true : Promise.reject(new Error('away'))));
  expect(await ops.readiness()).toEqual({
    ready: false,
    checks: { true: 'ok', there: 'not ready', failing: 'not ready' },
  });
  there = true;
  expect(await ops.readiness()).toMatchObject({ ready: true });
  // An optional dependency is reported, but does not make the tier unready.
  ops.addOptional('replica', () => Promise.reject(new Error('away')));
  expect(await ops.readiness()).toMatchObject({ ready: true, checks: { replica: 'away' } });
  // The reason, if the check gives one.
  let trouble: string | undefined = 'the queue is stuck';
  ops.addCheck('queue', () => trouble ?? true);
  expect(await ops.readiness()).toMatchObject({
    ready: false,
    checks: { queue: 'not ready' },
    reasons: { queue: 'the queue is stuck' },
  });
  trouble = undefined;
  expect(await ops.readiness()).toMatchObject({ ready: true, checks: { queue: 'ok' } });
  ops.quiet();
  expect(await ops.readiness()).toMatchObject({ ready: false, checks: { true: 'ok', there: 'ok' } });
});
