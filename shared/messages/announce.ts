/**
 * What follows when buyers got holds: a timer for each, and word to each buyer. Whoever ran the script that gave the
 * holds calls this; if it cannot finish, its own repetition (or, for promotions, the sweeper) does it again.
 */
import type { Cluster } from 'ioredis';
import type { BrokerChannel } from './connect.ts';
import { encodeTimer, mostHolds } from './hold-timer.ts';
import { publishConfirmed } from './publish.ts';
import type { Topology } from './topology.ts';
import { heldState, releasedState } from './entry-state.ts';
import type { HoldToTime, NewHold } from '../inventory/hold.ts';
import type { Inventory } from '../inventory/inventory.ts';
import type { Place } from '../inventory/keys.ts';
import type { ReleaseReason } from '../inventory/release-reason.ts';
import type { KeyList } from '../auth/key-list.ts';
import { publishNews } from './news.ts';
import type { DropNews } from './realtime-events.ts';

export type Announcer = {
  /** Sets the timers of holds; resolves when the broker has them all. Safe to repeat: a second timer does nothing. */
  setTimers: (place: Place, holds: readonly HoldToTime[]) => Promise<void>;
  /** Timers for buyers promoted from standby, word to them, and to the one whose hold ended. */
  promoted: (
    place: Place,
    promoted: readonly NewHold[],
    released?: {
      buyerId: number;
      reason: ReleaseReason;
      version: number;
      refusedUntil?: number | undefined;
    },
  ) => Promise<void>;
  tell: (news: DropNews) => Promise<void>;
};

export type AnnouncerDeps = {
  redis: Cluster;
  inventory: Inventory;
  /** A confirm channel whose setup asserted `topology.assertExpired`. */
  channel: BrokerChannel;
  topology: Topology;
  checkoutKeys: KeyList;
};

export function createAnnouncer({
  redis,
  inventory,
  channel,
  topology,
  checkoutKeys,
}: AnnouncerDeps): Announcer {
  /** Waiting queues that were asserted on the channel that is open now. */
  let asserted = { on: channel.current(), holdSeconds: new Set<number>() };

  const waitingQueue = async (holdSeconds: number) => {
    const current = channel.current();
    if (asserted.on !== current) asserted = { on: current, holdSeconds: new Set() };
    if (current && !asserted.holdSeconds.has(holdSeconds)) {
      await topology.assertWaiting(current, holdSeconds);
      asserted.holdSeconds.add(holdSeconds);
    }
    return topology.waitingQueue(holdSeconds);
  };

  const setTimers: Announcer['setTimers'] = async (place, holds) => {
    const [first] = holds;
    if (!first) return;
    // All holds of one call were given by one script call, so they wait equally long.
    const queue = await waitingQueue(Math.ceil((first.expiresAt - first.heldAt) / 1000));
    const current = channel.current();
    const portions = Array.from({ length: Math.ceil(holds.length / mostHolds) }, (_, at) =>
      holds.slice(at * mostHolds, (at + 1) * mostHolds).map(({ holdId }) => holdId),
    );
    await Promise.all(
      portions.map((holdIds) => publishConfirmed(current, '', queue, encodeTimer({ place, holdIds }))),
    );
  };

  const tell = (news: DropNews) => publishNews(redis, inventory.keys, news);

  return {
    setTimers,
    tell,
    async promoted(place, promoted, released) {
      // Said first: it is so already, and a repetition of the release would no longer know of whom.
      if (released) {
        const { buyerId: to, reason } = released;
        const entry = { ...releasedState(released), reason };
        await tell({ dropId: place.dropId, soldOut: [], events: [{ to, event: 'hold:released', entry }] });
      }
      if (promoted.length === 0) return;
      await setTimers(place, promoted);
      const events = promoted.map((hold) => ({
        to: hold.buyerId,
        event: 'hold:promoted' as const,
        entry: heldState(place, hold, checkoutKeys),
      }));
      await tell({ dropId: place.dropId, soldOut: [], events });
      await inventory.told(
        place,
        promoted.map(({ holdId }) => holdId),
      );
    },
  };
}
