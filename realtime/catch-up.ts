import { setTimeout as sleep } from 'node:timers/promises';
import type { KeyList } from '../shared/auth/key-list.ts';
import type { EntryState } from '../shared/contract/entries.ts';
import type { Inventory } from '../shared/inventory/inventory.ts';
import { readEntryState } from '../shared/messages/entry-state.ts';
import type { Database } from '../shared/mysql/connect.ts';
import type { Log } from '../shared/tier/log.ts';
import type { FindDrop, KnownDrop } from './known-drops.ts';
import { dropRoom, membersOf, socketsIn, type RealtimeServer, type RealtimeSocket } from './sockets.ts';

/** Entries read at a time, so that those who catch up do not hold up the others. */
const portion = 100;
/** Milliseconds before trying again when Redis is away once more. */
const retryMs = 1_000;

export type ReadEntry = (drop: KnownDrop, userId: number) => Promise<EntryState>;

/** How a buyer's entry stands now, as GET /api/drops/:id/entry would say it. */
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

/** After news of a drop may have been missed: tells every buyer who watches it how their entry stands. */
export function createCatchUp({ io, findDrop, readEntry, log }: CatchUpDeps) {
  const tell = async (dropId: number) => {
    const drop = await findDrop(dropId);
    if (!drop) return;
    const buyers = socketsIn(io, dropRoom(dropId)).filter(({ data }) => data.session);
    const tellOne = async (socket: RealtimeSocket) => {
      const { session } = socket.data;
      const entry = session && (await readEntry(drop, session.userId));
      if (entry && entry.status !== 'none') socket.emit('entry:outcome', { dropId, entry });
    };
    for (let at = 0; at < buyers.length; at += portion) {
      await Promise.all(buyers.slice(at, at + portion).map(tellOne));
    }
    log.info({ dropId, buyers: buyers.length }, 'caught up after missing news');
  };

  /** Drops being caught up with, and whether there is reason to begin once more. */
  const underWay = new Map<number, { again: boolean }>();
  const tellUntilDone = async (dropId: number, progress: { again: boolean }) => {
    do {
      progress.again = false;
      try {
        await tell(dropId);
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
    void tellUntilDone(dropId, progress);
  };
}
