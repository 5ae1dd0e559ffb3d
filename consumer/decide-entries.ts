/**
 * Decides a batch of entries: one script call decides it, timers are set for its holds, its buyers are told, and only
 * then is the batch acknowledged. If the consumer is killed anywhere in between, the batch is redelivered and gets the
 * same outcomes. If it is redelivered so late that Redis remembers only that it was decided, it is not decided again:
 * its buyers are told the present state of their entries.
 *
 * Batches that wait in the queue are sent to Redis together, each except the first on condition that the batch before
 * it has been decided. They share one round trip to Redis and its replica, and one write to disk.
 */
import type { ConsumeMessage } from 'amqplib';
import type { Announcer } from '../shared/messages/announce.ts';
import { decodeBatch, lateSent, type DecodedBatch } from '../shared/messages/entry-batch.ts';
import type { EntryState } from '../shared/contract/entries.ts';
import { entryStateOf, heldState, soldOutState } from '../shared/messages/entry-state.ts';
import type { Batch, ClaimResult, Outcome } from '../shared/inventory/claim.ts';
import type { Inventory } from '../shared/inventory/inventory.ts';
import { placeName, type Place } from '../shared/inventory/keys.ts';
import type { KeyList } from '../shared/auth/key-list.ts';
import type { DropNews } from '../shared/messages/realtime-events.ts';
import type { ConsumerMetrics } from './consumer-metrics.ts';
import { Unhandleable, type FollowUp, type QueueWorkerOptions } from './queue-worker.ts';
import type { SeatSharing } from './share-seats.ts';

export type DecideDeps = {
  inventory: Inventory;
  announcer: Announcer;
  sharing: SeatSharing;
  checkoutKeys: KeyList;
  metrics: ConsumerMetrics;
};

/** Milliseconds for which a drop's other partitions are not asked again after they had too few seats to lend. */
const lenderRetryMs = 100;

export type DecideEntries = Required<Pick<QueueWorkerOptions, 'decide' | 'decideTogether'>>;

type Decided = ClaimResult & { kind: 'decided' | 'decided_before' };

export function createDecideEntries(deps: DecideDeps): DecideEntries {
  const { inventory, announcer, sharing, checkoutKeys, metrics } = deps;
  /** Drop id -> the time at which its other partitions are asked again, by the monotonic clock. */
  const noLendersUntil = new Map<number, number>();
  const mayBorrow = ({ dropId }: Place) => (noLendersUntil.get(dropId) ?? 0) <= performance.now();

  const claim = async ({ place, batch }: DecodedBatch) => {
    const first = await inventory.claim(place, batch, { mayBorrow: mayBorrow(place) });
    if (first.kind !== 'short') return first;
    const borrowed = await sharing.borrow(place, first.partitions, first.missing);
    if (borrowed < first.missing) noLendersUntil.set(place.dropId, performance.now() + lenderRetryMs);
    return inventory.claim(place, batch, { mayBorrow: false });
  };

  return {
    async decide(message, { late }) {
      const decoded = decodeBatch(message);
      if (!decoded) throw new Unhandleable('not a batch of entries');
      const sent = late ? lateSent(decoded.batch.sent) : undefined;
      if (sent !== undefined) decoded.batch.sent = sent;
      const result = await claim(decoded);
      if (!isDecided(result)) throw new Unhandleable(`drop ${decoded.place.dropId} is not in Redis`);
      return follow(message, decoded, result);
    },

    decideTogether(messages) {
      const before = new Map<string, Batch>();
      return Promise.all(
        messages.map(async (message) => {
          const decoded = decodeBatch(message);
          if (!decoded) return undefined;
          const { place, batch } = decoded;
          const key = placeName(place);
          const after = before.get(key);
          before.set(key, batch);
          const options = { mayBorrow: mayBorrow(place), after };
          // An error is ignored here: it occurs again when the batch is decided on its own.
          const result = await inventory.claim(place, batch, options).catch(() => undefined);
          return result && isDecided(result) ? follow(message, decoded, result) : undefined;
        }),
      );
    },
  };

  function follow(
    message: ConsumeMessage,
    { place, batch, size, acceptedAt }: DecodedBatch,
    result: Decided,
  ): FollowUp {
    if (result.kind === 'decided_before') {
      metrics.decidedBefore();
      const buyers = new Set(batch.packed.split(',').map((entry) => Number.parseInt(entry, 10)));
      return async () => {
        await announcer.setTimers(place, result.holds);
        const news: DropNews = { dropId: place.dropId, events: [], soldOut: [] };
        await addPresent(news, place, [...buyers]);
        await announcer.tell(news);
      };
    }
    metrics.decided(result.outcomes, size, result.decidedAt - acceptedAt);
    let isRepeat = message.fields.redelivered;
    return async () => {
      const mayBeOutdated = isRepeat;
      isRepeat = true;
      const holds = result.outcomes.flatMap((outcome) => (outcome.kind === 'held' ? [outcome.hold] : []));
      await announcer.setTimers(place, holds);
      await announcer.tell(await newsOf(place, result, mayBeOutdated));
    };
  }

  /** The entry state that follows from the outcome alone; undefined if it has to be read from Redis. */
  function stateFrom(place: Place, outcome: Outcome, version: number): EntryState | undefined {
    switch (outcome.kind) {
      case 'held':
        return heldState(place, outcome.hold, checkoutKeys);
      case 'standby':
        return { status: 'standby', version, position: outcome.position };
      case 'sold_out':
        return soldOutState({ ...outcome, version });
      case 'duplicate':
        return undefined;
    }
  }

  /** `mayBeOutdated`: redelivered, or delayed by the broker. Then buyers are told the present state of their entries. */
  async function newsOf(
    place: Place,
    { outcomes, version }: { outcomes: readonly Outcome[]; version: number },
    mayBeOutdated: boolean,
  ): Promise<DropNews> {
    const news: DropNews = { dropId: place.dropId, events: [], soldOut: [] };
    const unknown: number[] = [];
    for (const outcome of outcomes) {
      const to = outcome.kind === 'held' ? outcome.hold.buyerId : outcome.buyerId;
      const state = mayBeOutdated ? undefined : stateFrom(place, outcome, version);
      if (state) add(news, to, state);
      else unknown.push(to);
    }
    await addPresent(news, place, unknown);
    return news;
  }

  /** Adds the present state of these buyers' entries, read from Redis. */
  async function addPresent(news: DropNews, place: Place, buyers: readonly number[]): Promise<void> {
    await Promise.all(
      buyers.map(async (to) => {
        const view = await inventory.view(place, to);
        // Redis has forgotten the drop. Buyers who ask by HTTP get the state from MySQL.
        if (view.kind !== 'retired') add(news, to, entryStateOf(place, to, view, checkoutKeys));
      }),
    );
  }
}

function isDecided(result: ClaimResult): result is Decided {
  return result.kind === 'decided' || result.kind === 'decided_before';
}

function add(news: DropNews, to: number, entry: EntryState): void {
  if (entry.status !== 'sold_out' || entry.retryAt !== undefined) {
    news.events.push({ to, event: 'entry:outcome', entry });
    return;
  }
  news.soldOut.push(to);
  // One version for all of them, the lowest: each of them has been sold out since that version at the latest.
  news.soldOutVersion = Math.min(news.soldOutVersion ?? Infinity, entry.version);
}
