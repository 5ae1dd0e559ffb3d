import { encodeBatch } from '../shared/messages/entry-batch.ts';
import { newBatchId } from '../shared/inventory/entry-id.ts';
import { eventually } from '../testing/eventually.ts';
import { createConsumerSystem, type ConsumerSystem } from '../testing/consumer/consumer-system.ts';

let system: ConsumerSystem;
beforeAll(async () => (system = await createConsumerSystem()));
afterAll(() => system.close());

test('what is no batch of ours ends in parked, and the batches around it are decided', async () => {
  const { drop, place } = await system.openDrop();
  const news = await system.news(drop.id);
  const { topology, send, enter } = system.broker;
  const queue = topology.entryQueue(0);
  const good = encodeBatch(place, newBatchId(), ['9:1'], Date.now(), '0channel.1');
  const { headers } = good.options;
  const malformed: Parameters<typeof send>[] = [
    [queue, ''],
    [queue, 'not a batch'],
    [queue, '{"buyer": 9}', good.options],
    [queue, '9:1'],
    [queue, '9:1', { ...good.options, type: 'entries.v2' }],
    [queue, '9:1', { ...good.options, messageId: 'NOT AN ID' }],
    [queue, '9:1', { ...good.options, headers: {} }],
    [queue, '9:1', { ...good.options, headers: { ...headers, drop: 'x' } }],
    [queue, '9:1', { ...good.options, headers: { ...headers, drop: { nested: [1, null] } } }],
    [queue, '9:1', { ...good.options, headers: { ...headers, partition: -1 } }],
    [queue, '9:1', { ...good.options, headers: { ...headers, at: 1.5 } }],
    [queue, '9:0', good.options],
    [queue, '9:1,', good.options],
    [queue, '09:1', good.options],
    [queue, '9:1\n', good.options],
    [queue, '9:1;DROP', good.options],
    [queue, '4294967296:1', good.options],
    [queue, '9999999999:1', good.options],
    [queue, Array.from({ length: 501 }, (_, index) => `${index + 1}:1`).join(','), good.options],
    [queue, 'x'.repeat(1_000_000), good.options],
    // Well formed, but for a drop or a partition that does not exist.
    [queue, '9:1', { ...good.options, headers: { ...headers, drop: 4_000_000_001 } }],
    [queue, '9:1', { ...good.options, headers: { ...headers, partition: 1 } }],
  ];
  const consumer = await system.start();
  for (const [index, message] of malformed.entries()) {
    await send(...message);
    await enter(place, `${100 + index}:1`);
  }
  await enter(place, '1:1');
  await eventually(() => news.forBuyer(1).length === 1);

  expect(news.told.map(({ to }) => to).toSorted((a, b) => a - b)).toEqual([
    1,
    ...malformed.map((_, index) => 100 + index),
  ]);
  expect(await system.inventory.counts(drop)).toMatchObject({ decided: malformed.length + 1, held: 10 });
  await eventually(async () => (await system.broker.depth(topology.parked)) === malformed.length);
  expect(await consumer.metrics()).toMatch(
    new RegExp(`seatdrop_parked_total\\{queue="${queue}",tier="consumer"\\} ${malformed.length}\\n`),
  );
  expect(consumer.lines.filter(({ level }) => level >= 50)).toEqual([]);

  // They can be inspected and sent again unchanged.
  const parked = await system.broker.drain(topology.parked);
  expect(parked.map(({ content }) => content.length)).toEqual(malformed.map(([, content]) => content.length));
  await consumer.end();
  expect(await system.broker.depth(queue)).toBe(0);
});

test('so does what is no timer of ours, and the timers around it end their holds', async () => {
  const { place } = await system.openDrop();
  const [first, second] = [await system.hold(place, 1), await system.hold(place, 2)];
  for (const { holdId } of [first, second]) await system.letLapse(place, holdId);
  const { topology, send } = system.broker;
  const timer = (holdId: string) => `${place.dropId}.0.${holdId}`;
  const type = 'holds.v1';

  await send(topology.expired, timer(first.holdId), { type });
  const malformed: [string, { type?: string }][] = [
    ['', { type }],
    [timer(first.holdId), {}],
    [timer('no hold id'), { type }],
    [`${timer(first.holdId)}x`.repeat(600), { type }],
    [`${timer(first.holdId)},no hold id`, { type }],
    [`-1.0.${first.holdId}`, { type }],
    [`1.0.0.${first.holdId}`, { type }],
  ];
  for (const [content, options] of malformed) await send(topology.expired, content, options);
  await send(topology.expired, `1.0.${first.holdId}`, { type }); // of a drop that is not there
  await send(topology.expired, timer(second.holdId), { type });

  const consumer = await system.start({ sweeps: false });
  await eventually(async () => (await system.inventory.view(place, 2)).kind === 'released');
  expect(await system.inventory.view(place, 1)).toMatchObject({ kind: 'released' });
  await eventually(async () => (await system.broker.depth(topology.parked)) === malformed.length);
  await consumer.end();
  expect(await system.broker.depth(topology.expired)).toBe(0);
  await system.broker.drain(topology.parked);
});

test('a batch that nobody survives is parked in the end, and is decided when it is sent again', async () => {
  const { drop, place } = await system.openDrop();
  const news = await system.news(drop.id);
  const { topology, channel, enter, queue, depth, drain } = system.broker;
  const batch = await enter(place, '1:1');
  let deliveries = 0;
  const { consumerTag } = await channel.consume(topology.entryQueue(0), (message) => {
    deliveries += 1;
    // For the broker this is the same as a consumer killed before it acknowledged the message.
    if (message) channel.nack(message, false, true);
  });
  await eventually(async () => (await depth(topology.parked)) === 1);
  await channel.cancel(consumerTag);
  expect(deliveries).toBe(21);

  const [parked] = await drain(topology.parked);
  expect(parked?.properties.messageId).toBe(batch.id);
  const consumer = await system.start();
  await queue(place, batch);
  await eventually(() => news.forBuyer(1).length === 1);
  await consumer.end();
});
