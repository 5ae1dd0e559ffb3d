/**
 * After buyers got holds: sets a timer for each hold and sends news to each buyer. The code that ran the script which
 * gave the holds calls this. If it cannot finish, it is done again when that code is repeated or, for promotions, by
 * the sweeper.
 */
import type { Cluster } from 'ioredis';
import type { BrokerChannel } from './connect.ts';
import { encodeTimer, maxHolds } from './hold-timer.ts';
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
  /**
   * Sets the timers of holds. Resolves when the broker has all of them. Safe to repeat: a second timer does nothing.
   */
  setTimers: (place: Place, holds: readonly HoldToTime[]) => Promise<void>;
  /** Sends news to the buyer whose hold ended; sets timers for buyers promoted from standby and sends news to them. */
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
  /** The hold times whose waiting queues were asserted on the open channel. */
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
    // All these holds were given by one script call, so they have the same hold time.
    const queue = await waitingQueue(Math.ceil((first.expiresAt - first.heldAt) / 1000));
    const current = channel.current();
    const chunks = Array.from({ length: Math.ceil(holds.length / maxHolds) }, (_, index) =>
      holds.slice(index * maxHolds, (index + 1) * maxHolds).map(({ holdId }) => holdId),
    );
    await Promise.all(
      chunks.map((holdIds) => publishConfirmed(current, '', queue, encodeTimer({ place, holdIds }))),
    );
  };

  const tell = (news: DropNews) => publishNews(redis, inventory.keys, news);

  return {
    setTimers,
    tell,
    async promoted(place, promoted, released) {
      // Sent first: the release has happened already, and repeating it would no longer tell whose hold it was.
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
