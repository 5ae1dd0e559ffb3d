/**
 * Group commit: entries that arrive in the same turn of the event loop go to the broker as one message per partition,
 * and all of them wait for the confirm of that message. One message per entry would halve a publisher's throughput.
 */
import type { BrokerChannel } from '../shared/messages/connect.ts';
import { encodeBatch, maxBatchSeats, maxBatchSize, packEntry } from '../shared/messages/entry-batch.ts';
import { NotConfirmed, publishConfirmed } from '../shared/messages/publish.ts';
import type { Topology } from '../shared/messages/topology.ts';
import { newBatchId } from '../shared/inventory/entry-id.ts';
import { placeName, type Place } from '../shared/inventory/keys.ts';

export type BatcherOptions = {
  channel: BrokerChannel;
  topology: Topology;
  /**
   * Entries that may wait for their confirm; further ones are refused, so that memory is bounded and answers are fast.
   */
  maxWaiting?: number;
  /** Milliseconds to wait for a confirm. */
  confirmTimeoutMs?: number;
  /**
   * Milliseconds after which an outstanding confirm means that the broker hangs; then new entries are refused at once.
   */
  patienceMs?: number;
};

type Group = { place: Place; entries: string[]; seats: number; settle: ((error?: unknown) => void)[] };

export class Batcher {
  readonly #options: Required<BatcherOptions>;
  #groups = new Map<string, Group>();
  #scheduled = false;
  /**
   * The open channel, our name for it, and how many batches of each partition were sent on it. The broker keeps the
   * order of one channel only, so the numbers start again with the next channel.
   */
  #channel: { open: unknown; name: string; sentCounts: Map<string, number> } = {
    open: undefined,
    name: '',
    sentCounts: new Map(),
  };
  #waiting = 0;
  /** Messages whose confirm is awaited, with the time at which each was sent, in that order. */
  readonly #unconfirmed = new Set<{ at: number }>();

  constructor(options: BatcherOptions) {
    this.#options = { maxWaiting: 20_000, confirmTimeoutMs: 3_000, patienceMs: 1_500, ...options };
  }

  /** Number of entries whose confirm is awaited. */
  get waiting(): number {
    return this.#waiting;
  }

  /**
   * Resolves once the broker has the entry durably.
   * @throws {NotConfirmed} at once if the broker is away or too many entries wait; later if it does not confirm in time
   */
  add(place: Place, buyerId: number, quantity: number): Promise<void> {
    if (!this.#options.channel.ready()) return Promise.reject(new NotConfirmed('the broker is away'));
    if (this.#waiting >= this.#options.maxWaiting)
      return Promise.reject(new NotConfirmed('too many entries wait'));
    if (this.#isHanging()) return Promise.reject(new NotConfirmed('the broker does not confirm'));
    this.#waiting += 1;
    return new Promise((resolve, reject) => {
      const settle = (error?: unknown) => {
        this.#waiting -= 1;
        if (error === undefined) resolve();
        else reject(error);
      };
      const key = placeName(place);
      let group = this.#groups.get(key);
      if (group && group.seats + quantity > maxBatchSeats) {
        this.#send(group);
        group = undefined;
      }
      if (!group) this.#groups.set(key, (group = { place, entries: [], seats: 0, settle: [] }));
      group.entries.push(packEntry(buyerId, quantity));
      group.seats += quantity;
      group.settle.push(settle);
      if (group.entries.length >= maxBatchSize) {
        this.#groups.delete(key);
        this.#send(group);
      } else if (!this.#scheduled) {
        this.#scheduled = true;
        setImmediate(() => this.#flush());
      }
    });
  }

  /** Whether the oldest confirm is overdue. Entries sent before may still be confirmed, but no others should wait. */
  #isHanging(): boolean {
    for (const { at } of this.#unconfirmed) return performance.now() - at > this.#options.patienceMs;
    return false;
  }

  #flush(): void {
    this.#scheduled = false;
    const groups = this.#groups;
    this.#groups = new Map();
    for (const group of groups.values()) this.#send(group);
  }

  /** The batch's `CHANNEL.NUMBER`: NUMBER counts the batches of its partition on the open channel, from 1. */
  #nextSequence(place: Place): string {
    const open = this.#options.channel.current();
    if (this.#channel.open !== open) {
      this.#channel = { open, name: newBatchId().slice(0, 8), sentCounts: new Map() };
    }
    const key = placeName(place);
    const number = (this.#channel.sentCounts.get(key) ?? 0) + 1;
    this.#channel.sentCounts.set(key, number);
    return `${this.#channel.name}.${number}`;
  }

  #send({ place, entries, settle }: Group): void {
    const { channel, topology, confirmTimeoutMs } = this.#options;
    const message = { at: performance.now() };
    this.#unconfirmed.add(message);
    publishConfirmed(
      channel.current(),
      topology.entries,
      String(topology.entryQueueOf(place.dropId, place.partition)),
      encodeBatch(place, newBatchId(), entries, Date.now(), this.#nextSequence(place)),
      confirmTimeoutMs,
    )
      .finally(() => this.#unconfirmed.delete(message))
      .then(
        () => settle.forEach((settleOne) => settleOne()),
        (error: unknown) => settle.forEach((settleOne) => settleOne(error)),
      );
  }
}
