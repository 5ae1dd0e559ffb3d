/**
 * A batch of entries becomes outcomes: one script call decides it, holds get their timers, buyers are told, and only
 * then is the batch acknowledged. Killed anywhere in between, it comes again and gets the very same outcomes. One that
 * comes again so late that Redis remembers only that it was decided is not decided anew: its buyers are told how they
 * stand.
 *
 * Batches that wait in the queue are sent to Redis together, each but the first on condition that the one before it
 * has been decided: a way to Redis and its replica, and a write to its disk, is shared by all of them.
 */
import type { ConsumeMessage } from 'amqplib';
import type { Announcer } from '../shared/messages/announce.ts';
import { decodeBatch, lateSent, type DecodedBatch } from '../shared/messages/entry-batch.ts';
import type { EntryState } from '../shared/contract/entries.ts';
import { entryStateOf, heldState, soldOutState } from '../shared/messages/entry-state.ts';
import type { Batch, ClaimResult, Outcome } from '../shared/inventory/claim.ts';
import type { Inventory } from '../shared/inventory/inventory.ts';
import type { Place } from '../shared/inventory/keys.ts';
import type { KeyList } from '../shared/auth/key-list.ts';
import type { DropNews } from '../shared/messages/realtime-events.ts';
import type { ConsumerMetrics } from './consumer-metrics.ts';
import { Unhandleable, type Follow, type QueueWorkerOptions } from './queue-worker.ts';
import type { SeatSharing } from './share-seats.ts';

export type DecideDeps = {
  inventory: Inventory;
  announcer: Announcer;
  sharing: SeatSharing;
  checkoutKeys: KeyList;
  metrics: ConsumerMetrics;
};

/** Milliseconds for which a drop's other partitions are taken to have nothing to lend, once they had nothing. */
const nothingToLendMs = 100;

export type DecideEntries = Required<Pick<QueueWorkerOptions, 'decide' | 'decideTogether'>>;

type Decided = ClaimResult & { kind: 'decided' | 'decided_before' };

export function createDecideEntries(deps: DecideDeps): DecideEntries {
  const { inventory, announcer, sharing, checkoutKeys, metrics } = deps;
  /** By the monotonic clock. */
  const nothingToLendUntil = new Map<number, number>();
  const mayBorrow = ({ dropId }: Place) => (nothingToLendUntil.get(dropId) ?? 0) <= performance.now();

  const claim = async ({ place, batch }: DecodedBatch) => {
    const first = await inventory.claim(place, batch, { mayBorrow: mayBorrow(place) });
    if (first.kind !== 'short') return first;
    const came = await sharing.borrow(place, first.partitions, first.missing);
    if (came < first.missing) nothingToLendUntil.set(place.dropId, performance.now() + nothingToLendMs);
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
          const key = `${place.dropId}.${place.partition}`;
          const after = before.get(key);
          before.set(key, batch);
          const options = { mayBorrow: mayBorrow(place), after };
          // Whatever stands in the way is met again when the batch is decided by itself.
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
  ): Follow {
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
    let again = message.fields.redelivered;
    return async () => {
      const late = again;
      again = true;
      const holds = result.outcomes.flatMap((outcome) => (outcome.kind === 'held' ? [outcome.hold] : []));
      await announcer.setTimers(place, holds);
      await announcer.tell(await newsOf(place, result, late));
    };
  }

  /** What the outcome alone says; undefined where only Redis knows. */
  function stateAfter(place: Place, outcome: Outcome, version: number): EntryState | undefined {
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

  /** What comes again, or had to wait for the broker, may be old news by now: its buyers are told how things stand. */
  async function newsOf(
    place: Place,
    { outcomes, version }: { outcomes: readonly Outcome[]; version: number },
    again: boolean,
  ): Promise<DropNews> {
    const news: DropNews = { dropId: place.dropId, events: [], soldOut: [] };
    const unknown: number[] = [];
    for (const outcome of outcomes) {
      const to = outcome.kind === 'held' ? outcome.hold.buyerId : outcome.buyerId;
      const said = again ? undefined : stateAfter(place, outcome, version);
      if (said) add(news, to, said);
      else unknown.push(to);
    }
    await addPresent(news, place, unknown);
    return news;
  }

  /** How things stand for them now. */
  async function addPresent(news: DropNews, place: Place, buyers: readonly number[]): Promise<void> {
    await Promise.all(
      buyers.map(async (to) => {
        const view = await inventory.view(place, to);
        // Only MySQL still knows; it tells those who ask by HTTP.
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
  // One for all of them: true of each, and for some it was so a little longer.
  news.soldOutVersion = Math.min(news.soldOutVersion ?? Infinity, entry.version);
}
