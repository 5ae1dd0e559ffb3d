/**
 * The time of holds is over: unless paid or being paid, each ends, and its seats go to the next in standby. The
 * timer message comes again after a crash; the script has then released already, and the sweeper tells those promoted.
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

/** Milliseconds that a timer may come too early by the clock of Redis, as clocks of different machines do. */
const mostEarlyMs = 1_000;

/**
 * Releases one hold whose time is over and announces who got its seats. What little a timer is early is waited for; a
 * hold whose time is not nearly over is left to the sweeper.
 */
export async function releaseHold(
  { inventory, announcer, metrics }: ReleaseDeps,
  place: Place,
  holdId: string,
  by: 'timer' | 'sweeper',
): Promise<void> {
  let result = await inventory.release(place, holdId);
  if (result.kind === 'early' && result.msLeft <= mostEarlyMs) {
    await sleep(result.msLeft);
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
    if (!timer) return Promise.reject(new Unhandleable('not a timer of a hold'));
    // Releases need no order among each other, so all of it runs beside the next.
    const { place, holdIds } = timer;
    return Promise.resolve(async () => {
      await Promise.all(holdIds.map((holdId) => releaseHold(deps, place, holdId, 'timer')));
    });
  };
}
