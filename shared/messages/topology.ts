/**
 * Every exchange and queue, in one place. A tier asserts all that it uses when it connects, never per message. All
 * queues are quorum queues: a confirmed message survives the loss of a broker node.
 */
import type { Channel } from 'amqplib';

/** Deliveries of one message before it is parked. A delivery to a consumer that is then killed counts as one. */
const deliveryLimit = 20;

/**
 * Batches that an entry queue holds before it refuses more, so that a stalled consumer cannot fill the broker's disk.
 */
const entryQueueLength = 200_000;

export class Topology {
  readonly #prefix: string;
  readonly entryQueueCount: number;

  constructor(namespace: string, entryQueueCount: number) {
    this.#prefix = namespace === '' ? '' : `${namespace}.`;
    this.entryQueueCount = entryQueueCount;
  }

  /** Direct exchange; the routing key is the number of the entry queue. */
  get entries(): string {
    return `${this.#prefix}entries`;
  }

  entryQueue(number: number): string {
    return `${this.#prefix}entries.${number}`;
  }

  /** The number of a partition's entry queue. Neighbouring partitions get different queues. */
  entryQueueOf(dropId: number, partition: number): number {
    return (dropId + partition) % this.entryQueueCount;
  }

  /** Timers wait here until their holds expire. One queue per hold time, since the TTL is checked only at the head. */
  waitingQueue(holdSeconds: number): string {
    return `${this.#prefix}holds.waiting.${holdSeconds}`;
  }

  /** The queue to which the waiting queues dead-letter the timers of expired holds. */
  get expired(): string {
    return `${this.#prefix}holds.expired`;
  }

  /** Messages that could not be handled, for operators to inspect and to send again. */
  get parked(): string {
    return `${this.#prefix}parked`;
  }

  /** Asserts what publishers and consumers of entries need. Safe to repeat. */
  async assertEntries(channel: Channel): Promise<void> {
    await this.assertParked(channel);
    await channel.assertExchange(this.entries, 'direct', { durable: true });
    for (let number = 0; number < this.entryQueueCount; number += 1) {
      await channel.assertQueue(this.entryQueue(number), {
        durable: true,
        arguments: {
          'x-queue-type': 'quorum',
          // Strict order needs one consumer at a time; another one takes over when it disconnects.
          'x-single-active-consumer': true,
          'x-max-length': entryQueueLength,
          ...this.#parking(),
        },
      });
      await channel.bindQueue(this.entryQueue(number), this.entries, String(number));
    }
  }

  /** Asserts what is needed to set and to handle timers, except the waiting queues. */
  async assertExpired(channel: Channel): Promise<void> {
    await this.assertParked(channel);
    await channel.assertQueue(this.expired, {
      durable: true,
      arguments: { 'x-queue-type': 'quorum', ...this.#parking() },
    });
  }

  async assertWaiting(channel: Channel, holdSeconds: number): Promise<void> {
    await channel.assertQueue(this.waitingQueue(holdSeconds), {
      durable: true,
      arguments: {
        'x-queue-type': 'quorum',
        'x-message-ttl': holdSeconds * 1000,
        'x-dead-letter-exchange': '',
        'x-dead-letter-routing-key': this.expired,
        // A timer must not be lost when it is dead-lettered. This strategy requires the overflow setting below.
        'x-dead-letter-strategy': 'at-least-once',
        'x-overflow': 'reject-publish',
      },
    });
  }

  async assertParked(channel: Channel): Promise<void> {
    await channel.assertQueue(this.parked, { durable: true, arguments: { 'x-queue-type': 'quorum' } });
  }

  #parking() {
    return {
      'x-delivery-limit': deliveryLimit,
      'x-dead-letter-exchange': '',
      'x-dead-letter-routing-key': this.parked,
      'x-dead-letter-strategy': 'at-least-once',
      'x-overflow': 'reject-publish',
    };
  }
}
