/**
 * Group commit: entries that arrive in the same turn of the event loop go to the broker as one message per partition,
 * and all of them wait for its one confirm. A message per entry would halve what a publisher accepts.
 */
import type { BrokerChannel } from '../shared/messages/connect.ts';
import { encodeBatch, maxBatchSeats, maxBatchSize, packEntry } from '../shared/messages/entry-batch.ts';
import { NotConfirmed, publishConfirmed } from '../shared/messages/publish.ts';
import type { Topology } from '../shared/messages/topology.ts';
import { newBatchId } from '../shared/inventory/entry-id.ts';
import type { Place } from '../shared/inventory/keys.ts';

export type BatcherOptions = {
  channel: BrokerChannel;
  topology: Topology;
  /** Entries waiting for their confirm at which more are turned away: memory stays bounded, and answers quick. */
  maxWaiting?: number;
  /** Milliseconds to wait for a confirm. */
  confirmDeadline?: number;
  /** Milliseconds without a confirm that is due, after which more are turned away at once: the broker hangs. */
  patience?: number;
};

type Group = { place: Place; entries: string[]; seats: number; settle: ((error?: unknown) => void)[] };

export class Batcher {
  readonly #options: Required<BatcherOptions>;
  #groups = new Map<string, Group>();
  #scheduled = false;
  /** Of the channel that is open: what goes down another one may overtake. */
  #channel: { open: unknown; name: string; sent: Map<string, number> } = {
    open: undefined,
    name: '',
    sent: new Map(),
  };
  #waiting = 0;
  /** When each message was sent whose confirm is awaited, the oldest first. */
  readonly #sent = new Set<{ at: number }>();

  constructor(options: BatcherOptions) {
    this.#options = { maxWaiting: 20_000, confirmDeadline: 3_000, patience: 1_500, ...options };
  }

  /** Entries whose confirm is still awaited. */
  get waiting(): number {
    return this.#waiting;
  }

  /**
   * Resolves once the broker has the entry durably.
   * @throws {NotConfirmed} at once when there is no broker or too many wait already; later when it does not confirm
   */
  add(place: Place, buyerId: number, quantity: number): Promise<void> {
    if (!this.#options.channel.ready()) return Promise.reject(new NotConfirmed('the broker is away'));
    if (this.#waiting >= this.#options.maxWaiting)
      return Promise.reject(new NotConfirmed('too many entries wait'));
    if (this.#hangs()) return Promise.reject(new NotConfirmed('the broker says nothing'));
    this.#waiting += 1;
    return new Promise((resolve, reject) => {
      const settle = (error?: unknown) => {
        this.#waiting -= 1;
        if (error === undefined) resolve();
        else reject(error);
      };
      const key = `${place.dropId}.${place.partition}`;
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

  /** Whoever waits now may still be answered; nobody else should have to. */
  #hangs(): boolean {
    for (const { at } of this.#sent) return performance.now() - at > this.#options.patience;
    return false;
  }

  #flush(): void {
    this.#scheduled = false;
    const groups = this.#groups;
    this.#groups = new Map();
    for (const group of groups.values()) this.#send(group);
  }

  /** The batch's sequence number: it counts the batches of its partition on the channel that is open now. */
  #next({ dropId, partition }: Place): string {
    const open = this.#options.channel.current();
    if (this.#channel.open !== open) {
      this.#channel = { open, name: newBatchId().slice(0, 8), sent: new Map() };
    }
    const key = `${dropId}.${partition}`;
    const number = (this.#channel.sent.get(key) ?? 0) + 1;
    this.#channel.sent.set(key, number);
    return `${this.#channel.name}.${number}`;
  }

  #send({ place, entries, settle }: Group): void {
    const { channel, topology, confirmDeadline } = this.#options;
    const sent = { at: performance.now() };
    this.#sent.add(sent);
    publishConfirmed(
      channel.current(),
      topology.entries,
      String(topology.entryQueueOf(place.dropId, place.partition)),
      encodeBatch(place, newBatchId(), entries, Date.now(), this.#next(place)),
      confirmDeadline,
    )
      .finally(() => this.#sent.delete(sent))
      .then(
        () => settle.forEach((each) => each()),
        (error: unknown) => settle.forEach((each) => each(error)),
      );
  }
}
