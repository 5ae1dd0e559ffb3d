import { eventually } from '../testing/eventually.ts';
import { createConsumerSystem, type ConsumerSystem } from '../testing/consumer/consumer-system.ts';

let system: ConsumerSystem;
beforeAll(async () => (system = await createConsumerSystem()));
afterAll(() => system.close());

test('whose hold has lapsed is told until when to wait, and so is an entry that comes too early all the same', async () => {
  const { drop, place } = await system.openDrop({ lapsePauseSeconds: 60 });
  const news = await system.news(drop.id);
  const consumer = await system.start();
  await system.broker.enter(place, '1:1,2:1');
  await eventually(() => news.forBuyer(1).length === 1);
  const view = await system.inventory.view(place, 1);
  if (view.kind !== 'held') throw new Error(view.kind);
  await system.letLapse(place, view.holdId);
  await eventually(() => news.forBuyer(1).length === 2);
  const [, released] = news.forBuyer(1);
  expect(released).toMatchObject({
    event: 'hold:released',
    entry: { status: 'released', reason: 'expired', retryAt: expect.any(String) },
  });

  await system.broker.enter(place, '1:1,3:1');
  await eventually(() => news.forBuyer(1).length === 3 && news.forBuyer(3).length === 1);
  expect(news.forBuyer(1)[2]).toMatchObject({
    event: 'entry:outcome',
    entry: { status: 'sold_out', reason: 'hold_lapsed', retryAt: released?.entry.retryAt },
  });
  expect(news.forBuyer(3)).toMatchObject([{ entry: { status: 'held' } }]);
  await consumer.end();
});
