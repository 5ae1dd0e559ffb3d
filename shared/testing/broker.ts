/** The broker as a test sees it: queues of its own, which it can fill, look into and leave behind empty. */
import { connect, type ChannelModel, type ConfirmChannel, type GetMessage, type Options } from 'amqplib';
import { encodeBatch } from '../broker/entry-batch.ts';
import { publishConfirmed } from '../broker/publish.ts';
import { Topology } from '../broker/topology.ts';
import type { Batch } from '../inventory/claim.ts';
import type { Place } from '../inventory/keys.ts';
import { newBatch } from './inventory.ts';
import { testServers } from './servers.ts';

export type TestBroker = {
  topology: Topology;
  channel: ConfirmChannel;
  /** Queues a batch as a publisher does. */
  queue: (place: Place, batch: Batch) => Promise<void>;
  /** Queues entries 'buyer:quantity,...' as a new batch. */
  enter: (place: Place, entries: string) => Promise<Batch>;
  /** Publishes straight to a queue. */
  send: (queue: string, content: string, options?: Options.Publish) => Promise<void>;
  /** Messages that wait in a queue; those that a consumer has in hand are not among them. */
  depth: (queue: string) => Promise<number>;
  /** Takes all messages out of a queue. */
  drain: (queue: string) => Promise<GetMessage[]>;
  /** Deletes the queues. */
  stop: () => Promise<void>;
};

/** `holdSeconds`: of all drops that the test will have. */
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

  const queue: TestBroker['queue'] = (place, batch) =>
    publishConfirmed(
      channel,
      topology.entries,
      String(topology.entryQueueOf(place.dropId, place.partition)),
      encodeBatch(place, batch.id, batch.packed.split(','), Date.now()),
    );

  return {
    topology,
    channel,
    queue,
    async enter(place, entries) {
      const batch = newBatch(entries);
      await queue(place, batch);
      return batch;
    },
    send: (name, content, options = {}) =>
      publishConfirmed(channel, '', name, { content: Buffer.from(content), options }),
    depth: async (name) => (await channel.checkQueue(name)).messageCount,
    async drain(name) {
      const messages: GetMessage[] = [];
      for (;;) {
        const message = await channel.get(name, { noAck: true });
        if (message === false) return messages;
        messages.push(message);
      }
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
