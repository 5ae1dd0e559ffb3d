import { setTimeout as sleep } from 'node:timers/promises';
import type { KeyList } from '../shared/auth/key-list.ts';
import type { EntryState } from '../shared/contract/entries.ts';
import type { Inventory } from '../shared/inventory/inventory.ts';
import { readEntryState } from '../shared/messages/entry-state.ts';
import type { Database } from '../shared/mysql/connect.ts';
import type { Log } from '../shared/tier/log.ts';
import type { FindDrop, KnownDrop } from './known-drops.ts';
import { dropRoom, membersOf, socketsIn, type RealtimeServer, type RealtimeSocket } from './sockets.ts';

/** Entries read concurrently, so that catching up does not delay other reads. */
const batchSize = 100;
/** Milliseconds until the next try if reading fails. */
const retryMs = 1_000;

export type ReadEntry = (drop: KnownDrop, userId: number) => Promise<EntryState>;

/** Reads the state of a buyer's entry, the same as GET /api/drops/:id/entry answers. */
export function createReadEntry(
  source: { db: Database; inventory: Pick<Inventory, 'view' | 'counts' | 'ledgerEntries'> },
  checkoutKeys: KeyList,
): ReadEntry {
  return (drop, userId) => readEntryState(source, drop, userId, checkoutKeys);
}

export type CatchUpDeps = {
  io: RealtimeServer;
  findDrop: FindDrop;
  readEntry: ReadEntry;
  log: Log;
};

/** Sends every buyer who watches a drop the state of their entry, after news of the drop may have been missed. */
export function createCatchUp({ io, findDrop, readEntry, log }: CatchUpDeps) {
  const sendStates = async (dropId: number) => {
    const drop = await findDrop(dropId);
    if (!drop) return;
    const buyers = socketsIn(io, dropRoom(dropId)).filter(({ data }) => data.session);
    const sendState = async (socket: RealtimeSocket) => {
      const { session } = socket.data;
      const entry = session && (await readEntry(drop, session.userId));
      if (entry && entry.status !== 'none') socket.emit('entry:outcome', { dropId, entry });
    };
    for (let first = 0; first < buyers.length; first += batchSize) {
      await Promise.all(buyers.slice(first, first + batchSize).map(sendState));
    }
    log.info({ dropId, buyers: buyers.length }, 'caught up after missing news');
  };

  /** Drops that are being caught up with, and whether news may have been missed again since the run began. */
  const underWay = new Map<number, { again: boolean }>();
  const sendUntilDone = async (dropId: number, progress: { again: boolean }) => {
    do {
      progress.again = false;
      try {
        await sendStates(dropId);
      } catch (error) {
        log.warn({ err: error, dropId }, 'could not catch up');
        await sleep(retryMs, undefined, { ref: false });
        progress.again = membersOf(io, dropRoom(dropId)).size > 0;
      }
    } while (progress.again);
    underWay.delete(dropId);
  };

  return (dropId: number): void => {
    const known = underWay.get(dropId);
    if (known) {
      known.again = true;
      return;
    }
    const progress = { again: false };
    underWay.set(dropId, progress);
    void sendUntilDone(dropId, progress);
  };
}
