import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import request from 'supertest';
import type { Drop } from '../shared/drops/drop.ts';
import { drainServer } from '../shared/tier/listen.ts';
import { eventually } from '../testing/eventually.ts';
import { createPublisherSystem, type PublisherSystem } from '../testing/publisher/publisher-system.ts';

let system: PublisherSystem;
let drop: Drop;
let buyer: Awaited<ReturnType<PublisherSystem['user']>>;
beforeAll(async () => {
  // Long enough that an entry is accepted even on a slow machine.
  system = await createPublisherSystem({ batching: { confirmTimeoutMs: 60_000, patienceMs: 60_000 } });
  drop = await system.createDrop();
  buyer = await system.user();
});
afterAll(() => system.stop());
afterEach(async () => {
  // A failed test leaves no entries to the next one.
  await system.queued();
  // Nothing that a client sends may cause a log entry that alerts an operator.
  const complaints = system.lines.filter(({ level }) => level >= 40);
  if (complaints.length > 0) throw new Error(JSON.stringify(complaints));
});

/** A connection and the data received on it. The client's side stays open until the client ends it. */
async function open({ url }: Pick<PublisherSystem, 'url'> = system) {
  const { port } = new URL(url);
  const socket = connect({ port: Number(port), host: '127.0.0.1', noDelay: true, allowHalfOpen: true });
  await once(socket, 'connect');
  let text = '';
  let ended = false;
  socket.setEncoding('utf8');
  socket.on('data', (chunk: string) => (text += chunk));
  socket.on('end', () => (ended = true));
  socket.on('error', () => (ended = true));
  const statuses = () => [...text.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status));
  return { socket, text: () => text, statuses, ended: () => ended };
}

const pathOf = ({ id }: Pick<Drop, 'id'>) => `/api/drops/${id}/entries`;
const path = () => pathOf(drop);
const goodBody = () => JSON.stringify(system.entry(drop, buyer.id));

/** A request as bytes. `fields` stand beside Host, Authorization and Content-Type. */
function requestOf(
  theirs: Drop,
  { Authorization }: { Authorization: string },
  fields: readonly string[],
  body: string,
): string {
  const line = `POST ${pathOf(theirs)} HTTP/1.1`;
  const own = ['Host: seatdrop.test', `Authorization: ${Authorization}`, 'Content-Type: application/json'];
  return [line, ...own, ...fields, '', body].join('\r\n');
}
const entryOf = (theirs: Drop, bearer: { Authorization: string }, body: string, ...fields: string[]) =>
  requestOf(theirs, bearer, [`Content-Length: ${Buffer.byteLength(body)}`, ...fields], body);
const post = (fields: readonly string[], body: string) => requestOf(drop, buyer.bearer, fields, body);
const entry = (body = goodBody(), ...fields: string[]) => entryOf(drop, buyer.bearer, body, ...fields);

/** Sends bytes over a connection of its own; resolves to the statuses of the answers once there is one. */
async function answersTo(bytes: string, to?: Pick<PublisherSystem, 'url'>): Promise<number[]> {
  const { socket, statuses } = await open(to);
  socket.write(bytes);
  await eventually(() => statuses().length > 0);
  socket.destroy();
  return statuses();
}

/** The same, but waits until the server has closed the connection. */
async function answersUntilTheEnd(bytes: string): Promise<number[]> {
  const { socket, statuses, ended } = await open();
  socket.write(bytes);
  await eventually(() => ended());
  socket.destroy();
  return statuses();
}

/** The queued entries of one buyer with the default quantity, one for each accepted request. */
const accepted = (times: number) => Array.from({ length: times }, () => `${drop.id}.0 ${buyer.id}:1`);

test('one connection serves one entry after the other, and each answer says all it has to', async () => {
  const { socket, text, statuses } = await open();
  for (const each of [1, 2, 3]) {
    socket.write(entry(goodBody(), `X-Request-Id: request-${each}`));
    await eventually(() => statuses().length === each);
  }
  expect(statuses()).toEqual([202, 202, 202]);
  const [first = ''] = text().split('{"status":"queued"}');
  expect(first.split('\r\n')).toEqual(
    expect.arrayContaining([
      'x-request-id: request-1',
      'content-type: application/json',
      'content-length: 19',
      expect.stringMatching(/^date: \w{3}, \d\d \w{3} \d{4} [\d:]{8} GMT$/i),
    ]),
  );
  expect((await system.queued()).entries).toEqual(accepted(3));
  socket.destroy();
});

test('no answer may be kept, run or framed, whatever it says', async () => {
  const enter = () => request(system.url).post(path()).set(buyer.bearer);
  const answers = await Promise.all([
    enter().send(system.entry(drop, buyer.id)),
    request(system.url).post(path()).send({}),
    enter().send({}),
    enter().type('text/plain').send('x'),
    enter().send({ text: 'x'.repeat(20_000) }),
    request(system.url).get(path()),
    request(system.url).get('/'),
  ]);
  expect(answers.map(({ status }) => status)).toEqual([202, 401, 422, 415, 413, 405, 404]);
  for (const { headers } of answers) {
    expect(headers).toMatchObject({
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none';frame-ancestors 'none'",
      'x-request-id': expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
    expect(headers['x-powered-by']).toBeUndefined();
  }
  expect((await system.queued()).entries).toEqual(accepted(1));
});

test('wherever it is cut in two, an entry is answered once', async () => {
  const whole = entry();
  const sendCutAt = async (at: number) => {
    const { socket, statuses } = await open();
    socket.write(whole.slice(0, at));
    await sleep(20);
    socket.write(whole.slice(at));
    await eventually(() => statuses().length > 0);
    expect(statuses()).toEqual([202]);
    socket.destroy();
  };
  const cuts = Array.from({ length: whole.length - 1 }, (_, index) => index + 1);
  while (cuts.length > 0) await Promise.all(cuts.splice(0, 100).map(sendCutAt));
  expect((await system.queued()).entries).toEqual(accepted(whole.length - 1));
});

describe('what HTTP allows is one entry', () => {
  const chunked = 'Transfer-Encoding: chunked';
  const hex = (text: string) => Buffer.byteLength(text).toString(16);
  test.each<[string, () => string]>([
    ['in one chunk', () => post([chunked], `${hex(goodBody())}\r\n${goodBody()}\r\n0\r\n\r\n`)],
    [
      'in chunks of one byte, with a trailer',
      () =>
        post(
          [chunked, 'Trailer: X-A'],
          `${goodBody()
            .split('')
            .map((c) => `1\r\n${c}\r\n`)
            .join('')}0\r\nX-A: b\r\n\r\n`,
        ),
    ],
    ['after an empty line', () => `\r\n${entry()}`],
    ['with fields of odd spelling', () => entry().replace('Content-Type: ', 'cOnTeNt-tYpE:\t ')],
    ['with an empty field and one beyond ASCII', () => entry(goodBody(), 'X-Empty:', 'X-A: ä')],
    ['with the address of the host', () => entry().replace('POST /', 'POST http://seatdrop.test/')],
    ['by HTTP/1.0', () => entry().replace('HTTP/1.1', 'HTTP/1.0')],
    ['as the last one of its connection', () => entry(goodBody(), 'Connection: close')],
    ['with spaces around the JSON', () => entry(`\r\n ${goodBody()} \r\n`)],
  ])('%s', async (_how, bytes) => {
    expect(await answersTo(bytes())).toEqual([202]);
    expect((await system.queued()).entries).toEqual(accepted(1));
  });

  test('that asks before it sends', async () => {
    const { socket, statuses } = await open();
    const whole = entry(goodBody(), 'Expect: 100-continue');
    const bodyAt = whole.indexOf('\r\n\r\n') + 4;
    socket.write(whole.slice(0, bodyAt));
    await eventually(() => statuses()[0] === 100);
    socket.write(whole.slice(bodyAt));
    await eventually(() => statuses().length === 2);
    expect(statuses()).toEqual([100, 202]);
    socket.destroy();
    expect((await system.queued()).entries).toEqual(accepted(1));
  });
});

// Each request hides a second entry that another HTTP parser might see, or lengthens the first.
describe('what could be read in two ways is refused, and nothing after it is read', () => {
  const length = () => `Content-Length: ${Buffer.byteLength(goodBody())}`;
  const chunked = 'Transfer-Encoding: chunked';
  const withLength = (value: string) => post([`Content-Length: ${value}`], goodBody());
  test.each<[string, () => string]>([
    ['a length and chunks', () => post([length(), chunked], `0\r\n\r\n`)],
    ['chunks and a length', () => post([chunked, length()], goodBody())],
    ['two lengths', () => post([length(), 'Content-Length: 0'], goodBody())],
    ['the same length twice', () => post([length(), length()], goodBody())],
    ['a list of lengths', () => withLength('5, 5')],
    ['a length with a sign', () => withLength('+5')],
    ['a length below zero', () => withLength('-5')],
    ['a length that is no number', () => withLength('0x5')],
    ['a length beyond all numbers', () => withLength('99999999999999999999')],
    ['an empty length', () => withLength('')],
    ['a coding after chunks', () => post(['Transfer-Encoding: chunked, identity'], '0\r\n\r\n')],
    ['chunks twice', () => post(['Transfer-Encoding: chunked, chunked'], '0\r\n\r\n')],
    ['a coding almost chunks', () => post(['Transfer-Encoding: xchunked'], '0\r\n\r\n')],
    ['a chunk of less than nothing', () => post([chunked], '-1\r\n\r\n0\r\n\r\n')],
    ['a chunk of no length', () => post([chunked], '\r\n0\r\n\r\n')],
    ['a chunk longer than it says', () => post([chunked], `1\r\n${goodBody()}\r\n0\r\n\r\n`)],
    [
      'a chunk with a bare line feed',
      () => post([chunked], `${goodBody().length.toString(16)}\n${goodBody()}\n0\n\n`),
    ],
    ['a folded line', () => entry(goodBody(), 'X-Folded: a\r\n b')],
    ['a space before the colon', () => entry(goodBody(), `Transfer-Encoding : chunked`)],
    ['a space before the name', () => entry(goodBody()).replace('Host', ' Host')],
    ['a line with no colon', () => entry(goodBody(), 'nothing')],
    ['a bare line feed', () => entry(goodBody(), `X-A: b\n${chunked}`)],
    ['a bare carriage return', () => entry(goodBody(), `X-A: b\r${chunked}`)],
    ['a zero byte', () => entry(goodBody(), 'X-A: \0')],
    ['another version', () => entry().replace('HTTP/1.1', 'HTTP/1.2')],
    ['more than any head needs', () => entry(goodBody(), `X-Long: ${'x'.repeat(20_000)}`)],
    ['no HTTP at all', () => 'anything\r\n\r\n'],
  ])('%s', async (_what, bytes) => {
    const answers = await answersUntilTheEnd(bytes() + entry());
    expect(answers).toHaveLength(1);
    expect([400, 431, 501]).toContain(answers[0]);
    expect((await system.queued()).entries).toEqual([]);
  });

  test('an entry for no host', async () => {
    expect(await answersUntilTheEnd(entry().replace('Host', 'Ghost'))).toEqual([400]);
    expect((await system.queued()).entries).toEqual([]);
  });

  test('a body that is longer than it says is an entry and nonsense after it', async () => {
    expect((await answersUntilTheEnd(`${entry()}1}`)).at(-1)).toBe(400);
    // The 400 ends the connection, also while the broker has not confirmed the entry yet.
    const entries: string[] = [];
    await eventually(async () => entries.push(...(await system.queued()).entries) > 0);
    expect(entries).toEqual(accepted(1));
  });
});

test('of a field that is there twice the first counts', async () => {
  const wrong = 'Authorization: Bearer a.b.c';
  const rightFirst = await answersTo(entry(goodBody(), wrong, 'Content-Type: text/plain'));
  const wrongFirst = await answersTo(entry().replace('Host:', `${wrong}\r\nHost:`));
  expect([rightFirst, wrongFirst]).toEqual([[202], [401]]);
  expect((await system.queued()).entries).toEqual(accepted(1));
});

test('several in one piece are answered in their order, by whatever part of the server', async () => {
  const { socket, statuses } = await open();
  const get = (target: string) => `GET ${target} HTTP/1.1\r\nHost: x\r\n\r\n`;
  // The first waits for the broker; the others could be answered at once.
  socket.write(
    entry() + get('/nothing') + entry('{') + get(path()) + entry() + entry(goodBody().replace('1}', '0}')),
  );
  await eventually(() => statuses().length === 6);
  expect(statuses()).toEqual([202, 404, 400, 405, 202, 422]);
  socket.destroy();
  expect((await system.queued()).entries).toEqual(accepted(2));
});

test('who goes away in the middle of an entry is nobody’s trouble, and nothing of it is queued', async () => {
  const [rude, polite] = [await open(), await open()];
  rude.socket.write(entry().slice(0, -1));
  polite.socket.write(entry().slice(0, -1));
  await sleep(50);
  rude.socket.resetAndDestroy();
  polite.socket.end();
  await eventually(() => polite.ended());
  expect(polite.statuses()).not.toContain(202);
  expect(await answersTo(entry())).toEqual([202]);
  expect((await system.queued()).entries).toEqual(accepted(1));
});

test('who goes away before the answer is nobody’s trouble either', async () => {
  // A drop of its own, since some of these entries are queued and some are not.
  const own = await createPublisherSystem();
  try {
    const theirs = await own.createDrop();
    const { id, bearer } = await own.user();
    const body = JSON.stringify(own.entry(theirs, id));
    const bytes = entryOf(theirs, bearer, body);
    for (let each = 0; each < 5; each += 1) {
      const { socket } = await open(own);
      const asked = once(own.server, 'request');
      socket.write(bytes);
      await asked;
      socket.resetAndDestroy();
    }
    expect(await answersTo(bytes, own)).toEqual([202]);
  } finally {
    await own.stop();
  }
  expect(own.lines.filter(({ level }) => level >= 40)).toEqual([]);
});

test('who sends nothing, a head or a body by the drop is cut off; nothing of it is queued', async () => {
  const whole = entry(goodBody().padEnd(4_000));
  const [silent, head, body] = [await open(), await open(), await open()];
  head.socket.write(whole.slice(0, 20));
  body.socket.write(whole.slice(0, -3_000));
  const dripping = setInterval(() => {
    for (const { socket } of [head, body]) if (socket.writable) socket.write('x');
  }, 200);
  try {
    await eventually(() => silent.ended() && head.ended() && body.ended());
  } finally {
    clearInterval(dripping);
  }
  for (const { socket, statuses } of [head, body]) {
    expect(statuses()).toEqual([408]);
    socket.destroy();
  }
  silent.socket.destroy();
  expect((await system.queued()).entries).toEqual([]);
}, 60_000);

test('answers are not kept without end for who does not read them', async () => {
  // Each of these names comes back in the answer.
  const names = Array.from({ length: 20 }, (_, index) => `${index}`.padEnd(600, 'x'));
  const extra = Object.fromEntries(names.map((name) => [name, 1]));
  const large = entry(JSON.stringify({ ...system.entry(drop, buyer.id), ...extra }));
  const answered = async () => {
    const { text } = await request(system.url).get('/metrics');
    return Number(/entries_total\{code="invalid_request"[^}]*\} (\d+)/.exec(text)?.[1] ?? 0);
  };
  const before = await answered();
  const socket = connect({ port: Number(new URL(system.url).port), host: '127.0.0.1' });
  await once(socket, 'connect');
  socket.pause();
  // The kernel holds some MB of answers; then nothing more is read.
  const sendCount = 3_000;
  for (let sent = 0; sent < sendCount; sent += 1) socket.write(large);
  let seen = -1;
  await eventually(async () => {
    const now = await answered();
    const isStill = now === seen;
    seen = now;
    await sleep(500);
    return isStill && now > before;
  });
  expect(seen - before).toBeLessThan(sendCount / 2);
  socket.destroy();
}, 60_000);

test('a server that stops answers what is on its way, says that the connection ends, and lets idle ones go', async () => {
  const own = await createPublisherSystem();
  try {
    const theirs = await own.createDrop();
    const { id, bearer } = await own.user();
    const body = JSON.stringify(own.entry(theirs, id));
    const bytes = entryOf(theirs, bearer, body);
    const [idle, kept, half] = [await open(own), await open(own), await open(own)];
    for (const { socket, statuses } of [idle, kept]) {
      socket.write(bytes);
      await eventually(() => statuses().length === 1);
    }
    half.socket.write(bytes.slice(0, -5));
    await sleep(50);

    const drained = drainServer(own.server, 2_000);
    kept.socket.write(bytes);
    await eventually(() => kept.ended());
    expect(kept.statuses()).toEqual([202, 202]);
    expect(kept.text().split('queued')[1]).toMatch(/\r\nconnection: close\r\n/i);
    await eventually(() => idle.ended());
    expect(half.ended()).toBe(false);
    half.socket.write(bytes.slice(-5));
    await eventually(() => half.ended());
    expect(half.statuses()).toEqual([202]);
    for (const { socket } of [idle, kept, half]) socket.end();
    await drained;
    expect((await own.queued()).entries).toHaveLength(4);
  } finally {
    await own.stop();
  }
});
