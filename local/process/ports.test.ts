import { execFileSync } from 'node:child_process';
import { createServer } from 'node:net';
import { join } from 'node:path';
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

test('what one process has drawn no other is given, though nothing listens there yet', async () => {
  const { a } = await freePorts(['a']);
  const draw = `
    import { freePorts } from ${JSON.stringify(join(import.meta.dirname, 'ports.ts'))};
    process.stdout.write(String((await freePorts(['a'], { a: ${a} })).a));
  `;
  const drawn = execFileSync('node', ['--input-type=module', '--eval', draw], { encoding: 'utf8' });
  expect(Number(drawn)).toBeGreaterThan(0);
  expect(Number(drawn)).not.toBe(a);
});

test('a process is not given the same port twice', async () => {
  const drawn: number[] = [];
  for (let round = 0; round < 300; round += 1) drawn.push((await freePorts(['a'])).a);
  expect(new Set(drawn).size).toBe(drawn.length);
});
