/**
 * Releases expired holds: each hold that is neither paid nor being paid ends, and its seats go to the next in standby.
 * If the consumer crashes, the timer message is redelivered; the script may have released the holds already, and then
 * the sweeper tells the promoted buyers.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { ConsumeMessage } from 'amqplib';
import type { Announcer } from '../shared/messages/announce.ts';
import { decodeTimer } from '../shared/messages/hold-timer.ts';
import type { Inventory } from '../shared/inventory/inventory.ts';
import type { Place } from '../shared/inventory/keys.ts';
import type { ConsumerMetrics } from './consumer-metrics.ts';
import { Unhandleable } from './queue-worker.ts';

export type ReleaseDeps = { inventory: Inventory; announcer: Announcer; metrics: ConsumerMetrics };

/** Milliseconds by which a timer may arrive before its hold expires by Redis's clock: clocks of machines differ. */
const maxEarlyMs = 1_000;

/**
 * Releases one expired hold and announces who got its seats. If the timer is early by at most `maxEarlyMs`, it waits;
 * a hold that has more time left is left to the sweeper.
 */
export async function releaseHold(
  { inventory, announcer, metrics }: ReleaseDeps,
  place: Place,
  holdId: string,
  by: 'timer' | 'sweeper',
): Promise<void> {
  let result = await inventory.release(place, holdId);
  while (result.kind === 'early' && result.msLeft <= maxEarlyMs) {
    // A timer of Node may fire some milliseconds early, since it counts from the start of the event loop's turn.
    await sleep(result.msLeft + 1);
    result = await inventory.release(place, holdId);
  }
  metrics.released(result.kind, by);
  if (result.kind !== 'released') return;
  metrics.promoted(result.promoted.length);
  await announcer.promoted(place, result.promoted, { ...result, reason: 'expired' });
}

export function createReleaseHolds(deps: ReleaseDeps) {
  return (message: ConsumeMessage): Promise<() => Promise<void>> => {
    const timer = decodeTimer(message);
    if (!timer) return Promise.reject(new Unhandleable('not a hold timer'));
    // Releases may run in any order, so all the work is in the follow-up.
    const { place, holdIds } = timer;
    return Promise.resolve(async () => {
      await Promise.all(holdIds.map((holdId) => releaseHold(deps, place, holdId, 'timer')));
    });
  };
}
