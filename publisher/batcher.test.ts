import request from 'supertest';
import { Batcher } from './batcher.ts';
import { createPublisherSystem, type PublisherSystem } from '../testing/publisher/publisher-system.ts';

let system: PublisherSystem;
beforeAll(async () => (system = await createPublisherSystem()));
afterAll(() => system.stop());

test('202 means that the broker has it, for the partition that decides this buyer', async () => {
  const drop = await system.createDrop({
    partitions: 3,
    sections: [{ name: 'Stalls', rows: 3, seatsPerRow: 4 }],
    questions: [
      { id: 1, text: 'How many strings has a cello?', answer: 'Four' },
      { id: 2, text: 'And a double bass?', answer: 'Four or five' },
    ],
  });
  const expected = [];
  for (let each = 0; each < 6; each += 1) {
    const { id, bearer } = await system.user();
    const answer = await request(system.url)
      .post(`/api/drops/${drop.id}/entries`)
      .set(bearer)
      .send(system.entry(drop, id, (each % 4) + 1))
      .expect(202);
    expect(answer.body).toEqual({ status: 'queued' });
    expected.push(`${drop.id}.${id % 3} ${id}:${(each % 4) + 1}`);
  }
  expect((await system.queued()).entries.toSorted()).toEqual(expected.toSorted());
});

test('a session may come as a cookie; answers are compared as people mean them', async () => {
  const drop = await system.createDrop({
    questions: [{ id: 1, text: 'Which instrument has 88 keys?', answer: 'The Grand Piano' }],
  });
  const { id, bearer } = await system.user();
  const cookie = `theme=dark; session=${bearer.Authorization.slice('Bearer '.length)}; a=b`;
  await request(system.url)
    .post(`/api/drops/${drop.id}/entries/?from=mail`)
    .set('Cookie', cookie)
    .set('Content-Type', 'application/json; charset=utf-8')
    .send(JSON.stringify({ questionId: 1, answer: '  the   GRAND\tｐｉａｎｏ ', quantity: 2 }))
    .expect(202);
  expect((await system.queued()).entries).toEqual([`${drop.id}.0 ${id}:2`]);
});

test('over https the session comes in a cookie that no other host can set, and in no other', async () => {
  const secure = await createPublisherSystem({ publicUrl: 'https://seatdrop.test' });
  try {
    const drop = await secure.createDrop();
    const { id, bearer } = await secure.user();
    const enter = (name: string) =>
      request(secure.url)
        .post(`/api/drops/${drop.id}/entries`)
        .set('Cookie', `${name}=${bearer.Authorization.slice('Bearer '.length)}`)
        .send(secure.entry(drop, id));
    expect((await enter('session')).status).toBe(401);
    expect((await enter('__Host-session')).status).toBe(202);
  } finally {
    await secure.stop();
  }
});

test('each entry of a rush is queued once', async () => {
  const drop = await system.createDrop({
    partitions: 2,
    sections: [{ name: 'Stalls', rows: 2, seatsPerRow: 4 }],
  });
  const users = await Promise.all(Array.from({ length: 50 }, () => system.user()));
  const presses = [...users, ...users, ...users, ...users];
  const answers = await Promise.all(
    presses.map(({ id, bearer }) =>
      request(system.url).post(`/api/drops/${drop.id}/entries`).set(bearer).send(system.entry(drop, id)),
    ),
  );
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]));
  const { entries } = await system.queued();
  expect(entries.toSorted()).toEqual(presses.map(({ id }) => `${drop.id}.${id % 2} ${id}:1`).toSorted());
});

test('entries that arrive in one turn of the event loop share a message, up to its limit, in their order', async () => {
  const { channel, topology } = system.broker;
  const batcher = new Batcher({ channel: { current: () => channel, ready: () => true }, topology });
  // Two partitions share a queue, so that the order can be checked in it.
  const places = [0, 2].map((partition) => ({ dropId: 2, partition }));
  const added = Array.from({ length: 2_400 }, (_, index) => {
    const place = places[index % 2];
    if (!place) throw new RangeError();
    return batcher.add(place, index + 1, 1);
  });
  expect(batcher.waiting).toBe(2_400);
  await Promise.all(added);
  expect(batcher.waiting).toBe(0);
  const { messages, entries } = await system.queued();
  expect(messages).toBe(6);
  for (const partition of [0, 2]) {
    expect(entries.filter((entry) => entry.startsWith(`2.${partition} `))).toEqual(
      Array.from({ length: 1_200 }, (_, index) => `2.${partition} ${2 * index + 1 + partition / 2}:1`),
    );
  }
});

test('no message asks for more seats than a script may take at once', async () => {
  const { channel, topology } = system.broker;
  const batcher = new Batcher({ channel: { current: () => channel, ready: () => true }, topology });
  const place = { dropId: 3, partition: 0 };
  const buyers = Array.from({ length: 450 }, (_, index) => index + 1);
  await Promise.all(buyers.map((buyer) => batcher.add(place, buyer, 9)));
  const { messages, entries } = await system.queued();
  // 222 times 9 seats are 1,998.
  expect(messages).toBe(3);
  expect(entries).toEqual(buyers.map((buyer) => `3.0 ${buyer}:9`));
});

test('a request keeps its id, and gets one when it has none that is sane', async () => {
  const post = (id?: string) => {
    const sent = request(system.url).post('/api/drops/1/entries');
    return (id === undefined ? sent : sent.set('X-Request-Id', id)).send({});
  };
  expect((await post('abc-123.X')).headers['x-request-id']).toBe('abc-123.X');
  for (const id of [undefined, 'no blanks', 'x'.repeat(65), '<script>']) {
    expect((await post(id)).headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
  }
});

test('ops see that it lives, is ready, and what it answered', async () => {
  await request(system.url).get('/healthz').expect(200);
  const ready = await request(system.url).get('/readyz').expect(200);
  expect(ready.body).toEqual({ ready: true, checks: { broker: 'ok' } });
  const metrics = await request(system.url).get('/metrics').expect(200);
  expect(metrics.text).toMatch(/seatdrop_entries_total\{code="accepted",tier="publisher"\} \d+/);
});
