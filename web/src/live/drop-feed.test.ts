import { answer, noLine, problem } from '../../testing/api.ts';
import { sockets, type TestSocket } from '../../testing/socket.ts';
import { aDrop, aState, noEntry } from '../../testing/things.ts';
import { passTime, stopTime } from '../../testing/time.ts';
import type { Entry } from '../api/types.ts';
import { DropFeed } from './drop-feed.ts';

jest.mock('./socket.ts', () => jest.requireActual('../../testing/socket.ts'));

const rows = ['......', '......'];
const held: Entry = { status: 'held', version: 5, seats: ['0.1'] };
let feed: DropFeed;
let socket: TestSocket;

beforeEach(() => {
  stopTime();
  answer('get', '/drops/1', () => aDrop());
  answer('get', '/drops/1/entry', noEntry);
  answer('get', '/drops/1/seats', () => ({ drop: aState(), rows }));
  feed = new DropFeed(1, true);
  feed.start();
  socket = sockets.at(-1)!;
});
afterEach(() => feed.stop());

async function goLive(entry = noEntry): Promise<void> {
  socket.open();
  for (const watch of socket.watches.splice(0)) watch({ ok: true, drop: aState(), entry, seats: rows });
  await passTime(200);
}

test('a page waits for the first answers, and no longer than eight seconds', async () => {
  expect(feed.read().isLoading).toBe(true);
  await goLive();
  expect(feed.read().isLoading).toBe(false);

  answer('get', '/drops/1/entry', () => new Promise(() => {}));
  const slow = new DropFeed(1, true);
  slow.start();
  await passTime(7_500);
  expect(slow.read().isLoading).toBe(true);
  await passTime(1_000);
  expect(slow.read().isLoading).toBe(false);
  slow.stop();
});

test('while there is no socket it is asked for, and with one no more', async () => {
  await passTime(5_000);
  expect(feed.read().link).toBe('polling');
  const asked = answer('get', '/drops/1', () => aDrop());
  await passTime(10_000);
  expect(asked.count).toBeGreaterThan(1);
  await goLive();
  expect(feed.read().link).toBe('live');
  const before = asked.count;
  await passTime(20_000);
  expect(asked.count).toBe(before);
  socket.drop();
  await passTime(5_000);
  expect(feed.read().link).toBe('polling');
});

test('seats that a slow line was not told are asked for again', async () => {
  socket.open();
  for (const watch of socket.watches.splice(0)) watch({ ok: true, drop: aState(), entry: noEntry });
  await passTime(5_000);
  expect(socket.watches).toHaveLength(1);
  for (const watch of socket.watches.splice(0))
    watch({ ok: true, drop: aState(), entry: noEntry, seats: ['hh....', '......'] });
  await passTime(200);
  expect(feed.read().rows).toEqual(['hh....', '......']);
  await passTime(10_000);
  expect(socket.watches).toHaveLength(0);
});

test('without any line that is said, and what was known stays', async () => {
  await goLive(held);
  answer('get', '/drops/1', noLine);
  answer('get', '/drops/1/seats', noLine);
  answer('get', '/drops/1/entry', noLine);
  socket.drop();
  await passTime(20_000);
  expect(feed.read()).toMatchObject({ link: 'offline', entry: held });
});

test('a server that refuses is not a line that is down', async () => {
  answer('get', '/drops/1', problem(503, 'unavailable'));
  await passTime(20_000);
  expect(feed.read().link).not.toBe('offline');
});

test('word of an entry that is older than what is known changes nothing', async () => {
  await goLive(held);
  socket.push('entry:outcome', { dropId: 1, entry: { status: 'standby', version: 4 } });
  expect(feed.read().entry).toEqual(held);
  socket.push('entry:outcome', { dropId: 2, entry: { status: 'standby', version: 9 } });
  expect(feed.read().entry).toEqual(held);
  socket.push('hold:released', { dropId: 1, entry: { status: 'released', version: 6 } });
  expect(feed.read().entry?.status).toBe('released');
});

test.each([
  ['is answered', aDrop],
  ['fails', noLine],
])('what is under way when it is stopped has no effect when it %s', async (_, outcome) => {
  let end = () => {};
  const asked = answer('get', '/drops/1', async () => {
    await new Promise<void>((resolve) => (end = resolve));
    return outcome();
  });
  await passTime(5_000);
  expect(asked.count).toBe(1);
  feed.stop();
  const isHidden = jest.spyOn(document, 'hidden', 'get');
  end();
  await passTime(1_000);
  expect(isHidden).not.toHaveBeenCalled();
  expect(asked.count).toBe(1);
  isHidden.mockRestore();
});

test('once it is stopped nothing is asked, and nothing is told', async () => {
  await goLive();
  const told = jest.fn();
  feed.subscribe(told);
  feed.stop();
  const asked = answer('get', '/drops/1', () => aDrop());
  document.dispatchEvent(new Event('visibilitychange'));
  window.dispatchEvent(new Event('online'));
  await passTime(60_000);
  expect(asked.count).toBe(0);
  expect(told).not.toHaveBeenCalled();
});

test('of a payment the socket says too little, so nothing is shown before HTTP has answered', async () => {
  await goLive(held);
  const payBy = '2030-01-01T12:00:00.000Z';
  const asked = answer('get', '/drops/1/entry', { ...held, status: 'paying', version: 6, payBy });
  const told: Entry = { status: 'paying', version: 6, seats: ['0.1'] };
  socket.push('entry:outcome', { dropId: 1, entry: told });
  expect(feed.read().entry).toMatchObject({ status: 'held' });
  await passTime(200);
  expect(feed.read().entry).toMatchObject({ status: 'paying', payBy });
  // The same once more, and the same in an acknowledgement, take nothing away.
  socket.push('entry:outcome', { dropId: 1, entry: told });
  socket.open();
  for (const watch of socket.watches.splice(0)) watch({ ok: true, drop: aState(), entry: told, seats: rows });
  await passTime(200);
  expect(feed.read().entry).toMatchObject({ status: 'paying', payBy });
  expect(asked.count).toBe(1);
  // HTTP says when there is nothing left to do for the buyer.
  answer('get', '/drops/1/entry', told);
  await feed.askEntry();
  expect(feed.read().entry).toEqual(told);
});

test('without an answer by HTTP, what the socket says of a payment is better than nothing', async () => {
  await goLive(held);
  answer('get', '/drops/1/entry', noLine());
  socket.push('entry:outcome', { dropId: 1, entry: { status: 'paying', version: 6, seats: ['0.1'] } });
  await passTime(200);
  expect(feed.read().entry).toMatchObject({ status: 'paying', version: 6 });
});
