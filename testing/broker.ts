/** The real broker with queues of the test's own, which it can fill, inspect and drain. */
import { connect, type ChannelModel, type ConfirmChannel, type ConsumeMessage, type Options } from 'amqplib';
import { encodeBatch } from '../shared/messages/entry-batch.ts';
import { publishConfirmed } from '../shared/messages/publish.ts';
import { Topology } from '../shared/messages/topology.ts';
import type { Batch } from '../shared/inventory/claim.ts';
import { placeName, type Place } from '../shared/inventory/keys.ts';
import { newBatchId } from '../shared/inventory/entry-id.ts';
import { eventually } from './eventually.ts';
import { newBatch } from './inventory.ts';
import { testServers } from './servers.ts';

export type TestBroker = {
  topology: Topology;
  channel: ConfirmChannel;
  /** Queues a batch as a publisher does. A batch without a sequence number gets the next one. */
  queue: (place: Place, batch: Batch) => Promise<void>;
  /** Queues entries 'buyer:quantity,...' as a new batch. */
  enter: (place: Place, entries: string) => Promise<Batch>;
  /** Publishes straight to a queue. */
  send: (queue: string, content: string, options?: Options.Publish) => Promise<void>;
  /** Ready messages of a queue, without the unacknowledged ones. */
  depth: (queue: string) => Promise<number>;
  /** Takes all messages out of a queue that has no consumer. */
  drain: (queue: string) => Promise<ConsumeMessage[]>;
  /** Deletes the queues. */
  stop: () => Promise<void>;
};

/** @param options.holdSeconds the hold times of all drops of the test */
export async function createTestBroker(
  namespace: string,
  { entryQueues = 1, holdSeconds = [] }: { entryQueues?: number; holdSeconds?: readonly number[] } = {},
): Promise<TestBroker> {
  const topology = new Topology(namespace, entryQueues);
  const model: ChannelModel = await connect(testServers().amqpUrl, { noDelay: true });
  const channel = await model.createConfirmChannel();
  await topology.assertEntries(channel);
  await topology.assertExpired(channel);
  for (const seconds of holdSeconds) await topology.assertWaiting(channel, seconds);

  const publisher = newBatchId().slice(0, 8);
  const numbers = new Map<string, number>();
  const numbered = (place: Place, batch: Batch): Required<Batch> => {
    if (batch.sent !== undefined) return { ...batch, sent: batch.sent };
    const key = placeName(place);
    const number = (numbers.get(key) ?? 0) + 1;
    numbers.set(key, number);
    return { ...batch, sent: `${publisher}.${number}` };
  };
  const publish = (place: Place, { id, packed, sent }: Required<Batch>) =>
    publishConfirmed(
      channel,
      topology.entries,
      String(topology.entryQueueOf(place.dropId, place.partition)),
      encodeBatch(place, id, packed.split(','), Date.now(), sent),
    );

  return {
    topology,
    channel,
    queue: (place, batch) => publish(place, numbered(place, batch)),
    async enter(place, entries) {
      const batch = numbered(place, newBatch(entries));
      await publish(place, batch);
      return batch;
    },
    send: (name, content, options = {}) =>
      publishConfirmed(channel, '', name, { content: Buffer.from(content), options }),
    depth: async (name) => (await channel.checkQueue(name)).messageCount,
    async drain(name) {
      const messages: ConsumeMessage[] = [];
      const { messageCount } = await channel.checkQueue(name);
      if (messageCount === 0) return messages;
      // basic.get is refused by queues with a single active consumer.
      const take = (message: ConsumeMessage | null) => message && messages.push(message);
      const { consumerTag } = await channel.consume(name, take, { noAck: true });
      await eventually(() => messages.length >= messageCount);
      await channel.cancel(consumerTag);
      return messages;
    },
    async stop() {
      const queues = [
        ...Array.from({ length: entryQueues }, (_, number) => topology.entryQueue(number)),
        topology.expired,
        ...holdSeconds.map((seconds) => topology.waitingQueue(seconds)),
        topology.parked,
      ];
      for (const name of queues) await channel.deleteQueue(name);
      await channel.deleteExchange(topology.entries);
      await model.close();
    },
  };
}
