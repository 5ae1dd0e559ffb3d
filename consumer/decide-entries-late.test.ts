import type { ConsumeMessage } from 'amqplib';
import type { Announcer } from '../shared/messages/announce.ts';
import { encodeBatch } from '../shared/messages/entry-batch.ts';
import { newBatchId } from '../shared/inventory/entry-id.ts';
import type { Inventory } from '../shared/inventory/inventory.ts';
import { createMetrics } from '../shared/tier/metrics.ts';
import type { DropNews } from '../shared/messages/realtime-events.ts';
import { randomKeys } from '../testing/keys.ts';
import { createConsumerMetrics } from './consumer-metrics.ts';
import { createDecideEntries } from './decide-entries.ts';

test('a hold whose timer could not be set until it had ended is not told of as if it lived', async () => {
  const place = { dropId: 1, partition: 0 };
  const { content, options } = encodeBatch(place, newBatchId(), ['7:1'], 0, '0channel.1');
  const fields = { redelivered: false };
  const message = { content, properties: options, fields } as unknown as ConsumeMessage;
  const hold = { holdId: 'hold', buyerId: 7, seats: ['0.1'], heldAt: 0, expiresAt: 8_000 };
  const inventory = {
    claim: async () => ({ kind: 'decided', decidedAt: 0, outcomes: [{ kind: 'held', hold }] }),
    view: async () => ({ kind: 'released', ...hold, reason: 'expired' }),
  } as unknown as Inventory;
  let brokerIsAway = true;
  const told: DropNews[] = [];
  const announcer = {
    setTimers: async () => {
      if (brokerIsAway) throw new Error('the broker is away');
    },
    tell: async (news: DropNews) => void told.push(news),
  } as unknown as Announcer;
  const { decide } = createDecideEntries({
    inventory,
    announcer,
    sharing: { borrow: async () => 0, finishTransfers: async () => {}, serveStandby: async () => {} },
    checkoutKeys: randomKeys(),
    metrics: createConsumerMetrics(createMetrics('consumer')),
  });

  const follow = await decide(message, { late: false });
  await expect(follow()).rejects.toThrow('the broker is away');
  brokerIsAway = false;
  await follow();
  expect(told.map(({ events }) => events.map(({ entry }) => entry.status))).toEqual([['released']]);
});
