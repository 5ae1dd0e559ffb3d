import { createServer } from 'node:net';
import { freePorts, isFree, nextFreePort } from './ports.ts';

test('a remembered port is kept while free and replaced when taken', async () => {
  const { a } = await freePorts(['a']);
  expect(await freePorts(['a', 'b'], { a })).toMatchObject({ a });

  const server = createServer();
  await new Promise<void>((resolve) => server.listen(a, '127.0.0.1', resolve));
  expect(await isFree(a)).toBe(false);
  expect((await freePorts(['a'], { a })).a).not.toBe(a);
  expect(await nextFreePort(a)).toBeGreaterThan(a);
  await new Promise((resolve) => server.close(resolve));
});

test('two names never share a port, whatever was remembered', async () => {
  const { a } = await freePorts(['a']);
  const ports = await freePorts(['a', 'b'], { a, b: a });
  expect(ports.b).not.toBe(ports.a);
});
