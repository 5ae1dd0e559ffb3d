import type { Log } from '../shared/log.ts';
import type { ReadEntry } from './buyer-entry.ts';
import type { Client } from './clients.ts';
import type { FindDrop } from './known-drops.ts';
import type { WatchedDrops } from './watched-drops.ts';

/** Entries read at a time, so that those who catch up do not hold up the others. */
const portion = 100;

export type CatchUpDeps = {
  watchedDrops: WatchedDrops;
  findDrop: FindDrop;
  readEntry: ReadEntry;
  log: Log;
};

/** After news of a drop may have been missed: tells every buyer who watches it how their entry stands. */
export function createCatchUp({ watchedDrops, findDrop, readEntry, log }: CatchUpDeps) {
  const tell = async (dropId: number) => {
    const drop = await findDrop(dropId);
    if (!drop) return;
    const buyers = [...watchedDrops.watchersOf(dropId)].filter(({ session }) => session !== undefined);
    const tellOne = async ({ socket, session }: Client) => {
      const entry = session && (await readEntry(drop, session.userId));
      if (entry && entry.status !== 'none') socket.emit('entry:outcome', { dropId, entry });
    };
    for (let at = 0; at < buyers.length; at += portion) {
      await Promise.all(buyers.slice(at, at + portion).map(tellOne));
    }
    log.info({ dropId, buyers: buyers.length }, 'caught up after missing news');
  };

  return (dropId: number): void => {
    tell(dropId).catch((error: unknown) => log.warn({ err: error, dropId }, 'could not catch up'));
  };
}
