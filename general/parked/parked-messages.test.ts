import request from 'supertest';
import { encodeBatch } from '../../shared/messages/entry-batch.ts';
import { encodeTimer } from '../../shared/messages/hold-timer.ts';
import { publishConfirmed } from '../../shared/messages/publish.ts';
import { entryIdOf, newBatchId } from '../../shared/inventory/entry-id.ts';
import type { TestUser } from '../../testing/general/start-general.ts';
import { startGeneralSystem, type GeneralSystem } from '../../testing/general/general-system.ts';
import { createParkedMessages } from './parked-messages.ts';

type ConfirmChannel = NonNullable<ReturnType<GeneralSystem['broker']['channel']['current']>>;
type ConsumeMessage = NonNullable<Parameters<Parameters<ConfirmChannel['consume']>[1]>[0]>;

let system: GeneralSystem;
let admin: TestUser;
let open: ConfirmChannel;
let queues: { entries: string; expired: string; parked: string };
beforeAll(async () => {
  system = await startGeneralSystem();
  admin = await system.user('admin');
  const { channel, topology } = system.broker;
  open = channel.current()!;
  await open.prefetch(1);
  queues = { entries: topology.entryQueue(0), expired: topology.expired, parked: topology.parked };
});
afterAll(() => system.stop());
beforeEach(async () => {
  for (const queue of Object.values(queues)) await open.purgeQueue(queue);
});
afterEach(() => system.assertQuiet());

const place = { dropId: 7, partition: 1 };
type Message = Parameters<typeof publishConfirmed>[3];

/** Parks messages as a consumer does. */
async function park(queue: string, ...messages: Message[]) {
  const { messageCount } = await open.checkQueue(queues.parked);
  for (const message of messages) {
    await publishConfirmed(open, '', queue, message);
    open.reject(await taken(queue), false);
  }
  await until(queues.parked, messageCount + messages.length);
}

/** The next message of a queue, by consuming it: entry queues allow nothing else. */
async function taken(queue: string): Promise<ConsumeMessage> {
  let consumer: { consumerTag: string } | undefined;
  const message = await new Promise<ConsumeMessage>((resolve, reject) => {
    open
      .consume(queue, (next) => next && resolve(next))
      .then((started) => (consumer = started))
      .catch(reject);
  });
  if (consumer) await open.cancel(consumer.consumerTag);
  return message;
}

/** Waits until a queue has `count` messages; the broker's counts are some milliseconds late. */
async function until(queue: string, count: number): Promise<void> {
  const deadline = Date.now() + 10_000;
  let last = -1;
  while (Date.now() < deadline) {
    last = (await open.checkQueue(queue)).messageCount;
    if (last === count) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`${queue} has ${last} messages, not ${count}`);
}

type Listed = { count: number; items: { id: string }[] };
const list = async (query = '') =>
  (await request(system.app).get(`/api/parked${query}`).set(admin.bearer).expect(200)).body as Listed;
const resend = async (body?: object) =>
  (await request(system.app).post('/api/parked/resend').set(admin.bearer).send(body).expect(200)).body as {
    resent: number;
    kept: number;
    left: number;
  };

const batch = (id = newBatchId()) => encodeBatch(place, id, ['1:2', '3:1'], Date.now(), '0channel.5');
const junk = (text: string): Message => ({
  content: Buffer.from(text),
  options: { type: 'junk.v9', persistent: true },
});

test('what is parked is told with where it comes from and what it says, and stays', async () => {
  const id = newBatchId();
  const holdId = entryIdOf(id, 3);
  await park(queues.entries, batch(id), junk('what is this'));
  await park(queues.expired, encodeTimer({ place, holdIds: [holdId] }));
  for (let look = 0; look < 3; look += 1) {
    expect(await list()).toEqual({
      count: 3,
      items: [
        {
          id,
          type: 'entries.v1',
          queue: queues.entries,
          reason: 'rejected',
          ageSeconds: expect.any(Number) as number,
          bytes: 7,
          decoded: { kind: 'entries', ...place, entries: 2 },
        },
        expect.objectContaining({
          id: expect.stringMatching(/^[0-9a-f]{16}$/) as string,
          type: 'junk.v9',
          bytes: 12,
          decoded: null,
        }) as object,
        expect.objectContaining({
          queue: queues.expired,
          type: 'holds.v1',
          decoded: { kind: 'holds', ...place, holdIds: [holdId] },
        }) as object,
      ],
    });
    await until(queues.parked, 3);
  }
  expect(await list('?limit=1')).toMatchObject({ count: 3, items: [{ id }] });
});

test('however often somebody looks, nothing goes', async () => {
  const ids = [newBatchId(), newBatchId(), newBatchId()];
  await park(queues.entries, ...ids.map((id) => batch(id)));
  for (let look = 0; look < 30; look += 1) {
    const { items } = await list();
    expect(items.map((item) => item.id).toSorted()).toEqual(ids.toSorted());
    await until(queues.parked, 3);
  }
  // The queue that it came from is still known.
  expect(await resend()).toMatchObject({ resent: 3, kept: 0 });
  await until(queues.entries, 3);
});

test('a hold whose time is over goes back to where it was given up, not to wait again', async () => {
  const { topology } = system.broker;
  const waiting = topology.waitingQueue(1);
  await topology.assertWaiting(open, 1);
  await publishConfirmed(open, '', waiting, encodeTimer({ place, holdIds: [entryIdOf(newBatchId(), 0)] }));
  open.reject(await taken(queues.expired), false);
  await until(queues.parked, 1);
  expect((await list()).items).toMatchObject([{ queue: queues.expired, reason: 'rejected' }]);
  // The messages that were listed return to the queue.
  await until(queues.parked, 1);
  expect(await resend()).toMatchObject({ resent: 1 });
  await until(queues.expired, 1);
  await open.deleteQueue(waiting);
});

test('each goes back to the queue that gave it up, as it was first sent; a batch says that it comes late', async () => {
  const id = newBatchId();
  const sent = batch(id);
  await park(queues.entries, sent);
  await park(queues.expired, encodeTimer({ place, holdIds: [entryIdOf(id, 0)] }));
  expect(await resend({})).toEqual({ resent: 2, kept: 0, left: 0 });
  const entries = await taken(queues.entries);
  expect(entries.content).toEqual(sent.content);
  expect(entries.properties).toMatchObject({ type: 'entries.v1', messageId: id, deliveryMode: 2 });
  expect(entries.properties.headers).toEqual({ ...sent.options.headers, sent: '0channel.5.late' });
  open.ack(entries);
  const timer = await taken(queues.expired);
  expect(timer.properties.type).toBe('holds.v1');
  open.ack(timer);
  await until(queues.parked, 0);
});

test('a limit is kept, and what has no queue to go back to stays', async () => {
  await publishConfirmed(open, '', queues.parked, junk('put here by hand'));
  await park(queues.entries, batch(), batch(), batch());
  expect(await resend({ limit: 2 })).toEqual({ resent: 1, kept: 1, left: 3 });
  await until(queues.parked, 3);
  expect(await resend()).toEqual({ resent: 2, kept: 1, left: 1 });
  await until(queues.entries, 3);
  expect((await list()).items).toMatchObject([{ type: 'junk.v9', queue: null, reason: null }]);
});

test('what was just looked at is all there to be sent', async () => {
  for (let round = 0; round < 5; round += 1) {
    await park(queues.entries, ...Array.from({ length: 40 }, () => batch()));
    expect((await list()).count).toBe(40);
    expect(await resend()).toEqual({ resent: 40, kept: 0, left: 0 });
    await open.purgeQueue(queues.entries);
  }
});

test('several who send at once send each message', async () => {
  const ids = Array.from({ length: 40 }, () => newBatchId());
  await park(queues.entries, ...ids.map((id) => batch(id)));
  const [first, , second, third] = await Promise.all([resend(), list(), resend({ limit: 10 }), resend()]);
  expect(first.resent + second.resent + third.resent).toBe(40);
  const arrived = new Set<unknown>();
  for (let count = 0; count < 40; count += 1) {
    const message = await taken(queues.entries);
    arrived.add(message.properties.messageId);
    open.ack(message);
  }
  expect(arrived).toEqual(new Set(ids));
});

test('what the broker does not confirm stays parked', async () => {
  await park(queues.entries, batch(), batch());
  const refusing = new Proxy(open, {
    get: (target, name) => {
      if (name === 'publish') {
        return (...args: unknown[]) => (args.at(-1) as (error: Error) => void)(new Error('nack'));
      }
      const value: unknown = Reflect.get(target, name);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
  const channel = { current: () => refusing, ready: () => true };
  const parked = createParkedMessages(channel, system.broker.topology);
  await expect(parked.resend(10)).rejects.toMatchObject({ code: 'unavailable' });
  await until(queues.parked, 2);
  await until(queues.entries, 0);
});

test('while the broker is away both are not available', async () => {
  const channel = { current: () => undefined, ready: () => false };
  const parked = createParkedMessages(channel, system.broker.topology);
  await expect(parked.peek(1)).rejects.toMatchObject({ code: 'unavailable' });
  await expect(parked.resend(1)).rejects.toMatchObject({ code: 'unavailable' });
});

test('for admins only, and nonsense is refused', async () => {
  for (const by of [await system.user(), await system.user('organizer')]) {
    await request(system.app).get('/api/parked').set(by.bearer).expect(403);
    await request(system.app).post('/api/parked/resend').set(by.bearer).send({}).expect(403);
  }
  await request(system.app).get('/api/parked').expect(401);
  for (const query of ['?limit=0', '?limit=101', '?limit=x', '?queue=entries.0']) {
    const { body } = await request(system.app).get(`/api/parked${query}`).set(admin.bearer).expect(422);
    expect(body).toMatchObject({ code: 'invalid_request' });
  }
  for (const bad of [{ limit: 0 }, { limit: 5_001 }, { limit: '2' }, { queue: 'x' }]) {
    const { body } = await request(system.app)
      .post('/api/parked/resend')
      .set(admin.bearer)
      .send(bad)
      .expect(422);
    expect(body).toMatchObject({ code: 'invalid_request' });
  }
});
