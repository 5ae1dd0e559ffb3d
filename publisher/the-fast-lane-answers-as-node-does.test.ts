import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { placeAt } from '../local/place.ts';
import { freePorts } from '../local/ports.ts';
import { startNginx } from '../local/servers/nginx.ts';
import { closeServer, drainServer, listen } from '../shared/listen.ts';
import { eventually } from '../shared/testing/eventually.ts';
import { FastLaneServer, fieldLines, send, type Answer } from './fast-lane.ts';

/** Says what it was asked; holds back what it is asked to `/wait` until the test lets it go. */
async function startEcho() {
  const counts = { lane: 0, node: 0 };
  const held: (() => void)[] = [];
  const answer = (target: string, body: Buffer): Answer => {
    const text = `${target} ${body.toString()}.`;
    const fields = fieldLines({ 'content-length': String(Buffer.byteLength(text)), 'x-a': 'b: c' });
    return { status: 202, fields, body: text };
  };
  const server = new FastLaneServer(
    { keepAliveTimeout: 5_000 },
    async ({ target, body }) => {
      counts.lane += 1;
      if (target === '/wait') await new Promise<void>((resolve) => held.push(resolve));
      return answer(target, body);
    },
    (req, res) => {
      counts.node += 1;
      const chunks: Buffer[] = [];
      req.on('data', (chunk: Buffer) => chunks.push(chunk));
      req.on('end', () => send(res, answer(req.url!, Buffer.concat(chunks))));
    },
  );
  const port = await listen(server, '127.0.0.1', 0);
  return { server, port, counts, held };
}

type Echo = Awaited<ReturnType<typeof startEcho>>;
let echo: Echo;
beforeEach(async () => (echo = await startEcho()));
afterEach(async () => {
  for (const go of echo.held) go();
  await closeServer(echo.server);
});

const request = (target: string, body: string) =>
  `POST ${target} HTTP/1.1\r\nHost: x\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;

/** A connection, and what came over it. */
async function open(port = echo.port) {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true, allowHalfOpen: true });
  await once(socket, 'connect');
  let text = '';
  let ended = false;
  socket.setEncoding('utf8');
  socket.on('data', (chunk: string) => (text += chunk));
  socket.on('end', () => (ended = true));
  const bodies = () => [...text.matchAll(/\r\n\r\n(\S+ \w*)\./g)].map(([, body]) => body);
  return { socket, text: () => text, bodies, ended: () => ended };
}

async function write(socket: Socket, text: string): Promise<void> {
  await new Promise<void>((resolve) => {
    socket.write(text, () => resolve());
  });
}

test('one request after the other is answered in the lane, with all that an answer needs', async () => {
  const { socket, text, bodies } = await open();
  for (const at of [1, 2, 3]) {
    socket.write(request(`/${at}`, 'a'.repeat(at)));
    await eventually(() => bodies().length === at);
  }
  expect(bodies()).toEqual(['/1 a', '/2 aa', '/3 aaa']);
  expect(text()).toMatch(
    /^HTTP\/1\.1 202 Accepted\r\ndate: \w{3}, \d\d \w{3} \d{4} [\d:]{8} GMT\r\ncontent-length: 5\r\nx-a: b: c\r\n\r\n\/1 a\.HTTP/,
  );
  expect(echo.counts).toEqual({ lane: 3, node: 0 });
  socket.destroy();
});

test('wherever it is cut in two, a request is answered once', async () => {
  const whole = request('/cut', 'body');
  for (let at = 1; at < whole.length; at += 1) {
    const { socket, bodies } = await open();
    await write(socket, whole.slice(0, at));
    await sleep(1);
    await write(socket, whole.slice(at));
    await eventually(() => bodies().length > 0);
    expect(bodies()).toEqual(['/cut body']);
    socket.destroy();
  }
  expect(echo.counts.lane + echo.counts.node).toBe(whole.length - 1);
  // With all of its head it stays: the front door passes a body on as it comes.
  expect(echo.counts.lane).toBeGreaterThanOrEqual('body'.length);
  expect(echo.counts.node).toBeGreaterThan(0);
});

test('who sends the rest of a body by the drop has as long as with node:http, and no longer', async () => {
  const server = new FastLaneServer(
    { headersTimeout: 200, requestTimeout: 200, connectionsCheckingInterval: 50 },
    () => Promise.reject(new Error('it never came whole')),
    (req) => void req.resume(),
  );
  try {
    const slow = await open(await listen(server, '127.0.0.1', 0));
    slow.socket.on('error', () => {});
    slow.socket.write(request('/slow', 'x'.repeat(4_000)).slice(0, 200));
    const dripping = setInterval(() => slow.socket.write('x'), 20);
    await eventually(() => slow.ended());
    clearInterval(dripping);
    expect(slow.text()).toContain(' 408 ');
    slow.socket.destroy();
  } finally {
    await closeServer(server);
  }
});

test('who goes away in the middle of a body is nobody’s trouble', async () => {
  const [rude, polite] = [await open(), await open()];
  await write(rude.socket, request('/gone', 'body').slice(0, -1));
  await write(polite.socket, request('/gone', 'body').slice(0, -1));
  await sleep(20);
  rude.socket.resetAndDestroy();
  polite.socket.end();
  await eventually(() => polite.ended());
  const next = await open();
  next.socket.end(request('/next', 'a'));
  await eventually(() => next.ended());
  expect(next.bodies()).toEqual(['/next a']);
  expect(echo.counts).toEqual({ lane: 1, node: 0 });
});

test('several in one piece, or sent before the last was answered, are answered in their order', async () => {
  const several = await open();
  several.socket.write(request('/1', 'a') + request('/2', 'b') + request('/3', 'c'));
  await eventually(() => several.bodies().length === 3);
  expect(several.bodies()).toEqual(['/1 a', '/2 b', '/3 c']);

  const early = await open();
  await write(early.socket, request('/wait', 'a'));
  await eventually(() => echo.held.length === 1);
  await write(early.socket, request('/2', 'b'));
  await sleep(20);
  await write(early.socket, request('/3', 'c'));
  await sleep(20);
  expect(early.text()).toBe('');
  echo.held[0]!();
  await eventually(() => early.bodies().length === 3);
  expect(early.bodies()).toEqual(['/wait a', '/2 b', '/3 c']);
  several.socket.destroy();
  early.socket.destroy();
});

test('after something odd the same connection goes on with node:http', async () => {
  const { socket, text, bodies } = await open();
  socket.write(request('/1', 'a'));
  await eventually(() => bodies().length === 1);
  socket.write('GET /2 HTTP/1.1\r\nHost: x\r\n\r\n');
  await eventually(() => bodies().length === 2);
  socket.write(request('/3', 'c'));
  await eventually(() => bodies().length === 3);
  expect(bodies()).toEqual(['/1 a', '/2 ', '/3 c']);
  expect(echo.counts).toEqual({ lane: 1, node: 2 });
  socket.write('nonsense\r\n\r\n');
  await eventually(() => text().includes('400 Bad Request'));
  socket.destroy();
});

test('who has said all is answered, and the connection ends; who went away is nobody’s trouble', async () => {
  const polite = await open();
  polite.socket.end(request('/wait', 'a'));
  await eventually(() => echo.held.length === 1);
  await sleep(20);
  echo.held[0]!();
  await eventually(() => polite.ended());
  expect(polite.bodies()).toEqual(['/wait a']);

  const gone = await open();
  await write(gone.socket, request('/wait', 'a'));
  await eventually(() => echo.held.length === 2);
  gone.socket.resetAndDestroy();
  await sleep(20);
  echo.held[1]!();
  const next = await open();
  next.socket.end(request('/next', 'a'));
  await eventually(() => next.ended());
  expect(next.bodies()).toEqual(['/next a']);
});

test('a server that stops lets go who is idle, and answers who waits with the end of the connection', async () => {
  const idle = await open();
  idle.socket.write(request('/1', 'a'));
  await eventually(() => idle.bodies().length === 1);
  const waiting = await open();
  await write(waiting.socket, request('/wait', 'a'));
  await eventually(() => echo.held.length === 1);

  const drained = drainServer(echo.server, 50);
  await eventually(() => idle.ended());
  expect(waiting.ended()).toBe(false);
  echo.held[0]!();
  await eventually(() => waiting.ended());
  expect(waiting.bodies()).toEqual(['/wait a']);
  expect(waiting.text()).toContain('\r\nconnection: close\r\n');
  idle.socket.end();
  waiting.socket.end();
  await drained;
});

test('one on which nothing is sent is closed in time: soon when it is new, later when it was of use', async () => {
  const answer = { status: 202, fields: fieldLines({ 'content-length': '0' }), body: '' };
  const start = (patience: { headersTimeout: number; keepAliveTimeout: number }) =>
    new FastLaneServer(
      patience,
      () => Promise.resolve(answer),
      () => {},
    );
  const strict = start({ headersTimeout: 50, keepAliveTimeout: 60_000 });
  const port = await listen(strict, '127.0.0.1', 0);
  const used = await open(port);
  used.socket.write(request('/1', 'a'));
  await eventually(() => used.text() !== '');
  const silent = await open(port);
  await eventually(() => silent.ended());
  expect(silent.text()).toBe('');
  await sleep(200);
  expect(used.ended()).toBe(false);

  const short = start({ headersTimeout: 60_000, keepAliveTimeout: 50 });
  const brief = await open(await listen(short, '127.0.0.1', 0));
  brief.socket.write(request('/1', 'a'));
  await eventually(() => brief.ended());
  expect(brief.text()).toContain(' 202 ');
  for (const { socket } of [used, silent, brief]) socket.destroy();
  await closeServer(strict);
  await closeServer(short);
});

test('answers are not kept without end for who does not read them', async () => {
  const socket = connect({ port: echo.port, host: '127.0.0.1' });
  await once(socket, 'connect');
  socket.pause();
  const large = request('/large', 'x'.repeat(8_000));
  const isTaken = async (nth: number) => {
    for (let looks = 0; looks < 200 && echo.counts.lane < nth; looks += 1) await sleep(2);
    return echo.counts.lane >= nth;
  };
  // Sockets hold some MB of answers; then nothing more is read.
  let sent = 0;
  do {
    socket.write(large);
    sent += 1;
  } while ((await isTaken(sent)) && sent < 5_000);
  expect(sent).toBeLessThan(5_000);
  expect(echo.counts.node).toBe(0);
  socket.destroy();
});

test('what nginx passes on stays in the lane', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'fast-lane-'));
  const { port } = await freePorts(['port']);
  const door = await startNginx({
    place: placeAt(dir),
    port,
    upstreams: { publisher: [`127.0.0.1:${echo.port}`], general: ['127.0.0.1:9'], realtime: ['127.0.0.1:9'] },
    workers: 1,
  });
  try {
    const body = JSON.stringify({ questionId: 1, answer: 'x'.repeat(3_000), quantity: 1 });
    for (let at = 0; at < 5; at += 1) {
      const response = await fetch(`${door.url}/api/drops/7/entries`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          cookie: 'session=a.b.c',
          authorization: `Bearer ${at}`,
        },
        body,
      });
      expect(await response.text()).toBe(`/api/drops/7/entries ${body}.`);
    }
    // Browsers may send a body after the head.
    const later = await open(port);
    const whole = request('/api/drops/7/entries', 'body');
    await write(later.socket, whole.slice(0, -4));
    await sleep(50);
    await write(later.socket, whole.slice(-4));
    await eventually(() => later.bodies().length > 0);
    later.socket.destroy();
    expect(echo.counts).toEqual({ lane: 6, node: 0 });
  } finally {
    await door.stop();
    rmSync(dir, { recursive: true });
  }
});
