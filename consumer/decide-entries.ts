/**
 * A batch of entries becomes outcomes: one script call decides it, holds get their timers, buyers are told, and only
 * then is the batch acknowledged. Killed anywhere in between, it comes again and gets the very same outcomes.
 */
import type { KeyObject } from 'node:crypto';
import type { ConsumeMessage } from 'amqplib';
import type { Announcer } from '../shared/announce.ts';
import { decodeBatch, type DecodedBatch } from '../shared/broker/entry-batch.ts';
import type { EntryState } from '../shared/contract/entries.ts';
import { entryStateOf, heldState } from '../shared/entry-state.ts';
import type { Outcome } from '../shared/inventory/claim.ts';
import type { Inventory } from '../shared/inventory/inventory.ts';
import type { Place } from '../shared/inventory/keys.ts';
import type { DropNews } from '../shared/realtime-events.ts';
import type { ConsumerMetrics } from './consumer-metrics.ts';
import { Unhandleable } from './queue-worker.ts';
import type { SeatSharing } from './share-seats.ts';

export type DecideDeps = {
  inventory: Inventory;
  announcer: Announcer;
  sharing: SeatSharing;
  checkoutKey: KeyObject;
  metrics: ConsumerMetrics;
};

/** Milliseconds for which a drop's other partitions are taken to have nothing to lend, once they had nothing. */
const nothingToLendMs = 100;

export function createDecideEntries({ inventory, announcer, sharing, checkoutKey, metrics }: DecideDeps) {
  const nothingToLendUntil = new Map<number, number>();

  const claim = async ({ place, batch }: DecodedBatch) => {
    const mayBorrow = (nothingToLendUntil.get(place.dropId) ?? 0) <= Date.now();
    const first = await inventory.claim(place, batch, { mayBorrow });
    if (first.kind !== 'short') return first;
    const came = await sharing.borrow(place, first.partitions, first.missing);
    if (came < first.missing) nothingToLendUntil.set(place.dropId, Date.now() + nothingToLendMs);
    return inventory.claim(place, batch, { mayBorrow: false });
  };

  return async (message: ConsumeMessage): Promise<() => Promise<void>> => {
    const decoded = decodeBatch(message);
    if (!decoded) throw new Unhandleable('not a batch of entries');
    const result = await claim(decoded);
    if (result.kind !== 'decided') throw new Unhandleable(`drop ${decoded.place.dropId} is not in Redis`);

    metrics.decided(result.outcomes, decoded.size, result.decidedAt - decoded.acceptedAt);
    const { place } = decoded;
    let again = message.fields.redelivered;
    return async () => {
      const late = again;
      again = true;
      const holds = result.outcomes.flatMap((outcome) => (outcome.kind === 'held' ? [outcome.hold] : []));
      await announcer.setTimers(place, holds);
      await announcer.tell(await newsOf(place, result, late));
    };
  };

  /** What the outcome alone says; undefined where only Redis knows. */
  function stateAfter(place: Place, outcome: Outcome, version: number): EntryState | undefined {
    switch (outcome.kind) {
      case 'held':
        return heldState(place, outcome.hold, checkoutKey);
      case 'standby':
        return { status: 'standby', version, position: outcome.position };
      case 'sold_out':
        return { status: 'sold_out', version };
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
    const told = await Promise.all(
      outcomes.map(async (outcome) => {
        const to = outcome.kind === 'held' ? outcome.hold.buyerId : outcome.buyerId;
        const said = again ? undefined : stateAfter(place, outcome, version);
        return {
          to,
          entry: said ?? entryStateOf(place, to, await inventory.view(place, to), checkoutKey),
        };
      }),
    );
    for (const { to, entry } of told) {
      if (entry.status === 'sold_out') {
        news.soldOut.push(to);
        // One for all of them: true of each, and for some it was so a little longer.
        news.soldOutVersion = Math.min(news.soldOutVersion ?? Infinity, entry.version);
      } else news.events.push({ to, event: 'entry:outcome', entry });
    }
    return news;
  }
}
