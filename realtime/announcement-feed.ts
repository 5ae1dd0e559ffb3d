import { readAnnouncements } from '../shared/drops/announcements.ts';
import type { Announcement } from '../shared/contract/announcements.ts';
import { inTime } from '../shared/tier/in-time.ts';
import type { Log } from '../shared/tier/log.ts';
import { startLoop, type Loop } from '../shared/tier/loop.ts';
import type { Database } from '../shared/mysql/connect.ts';
import type { KnownDrop } from './known-drops.ts';
import { dropRoom, membersOf, type RealtimeServer } from './sockets.ts';

/** Milliseconds between two looks at the number of announcements, which is in memory. */
const lookMs = 250;

/** Milliseconds for which a drop's state is held back until the announcements that it counts have been sent. */
const waitMs = 500;

export type AnnouncementFeedDeps = {
  io: RealtimeServer;
  db: Database;
  dropId: number;
  find: () => Promise<Pick<KnownDrop, 'announcements'>>;
  onSent: (event: 'drop:announced', count: number) => void;
  log: Log;
};

/**
 * Sends the announcements of a drop's organizer to its watchers, each once and in order. Each process finds them in
 * MySQL, so a committed announcement reaches everybody even if the process that wrote it crashes or Redis is away. The
 * process that finds one first tells the others through the adapter: they need not wait for their own look, and if that
 * message is lost, their own look finds the announcement.
 */
export class AnnouncementFeed {
  readonly #deps: AnnouncementFeedDeps;
  /** A loop of its own, since the loop that reads the drop's state waits for Redis. */
  readonly #loop: Loop;
  /**
   * The number of the last announcement sent to our watchers. Undefined before the first look, which only notes the
   * number: new watchers are told how many there are.
   */
  #lastNumber: number | undefined;
  #reading: Promise<void> | undefined;

  constructor(deps: AnnouncementFeedDeps) {
    this.#deps = deps;
    this.#loop = startLoop('announcements', lookMs, deps.log, async () => {
      await this.#refresh((await deps.find()).announcements);
    });
  }

  /**
   * Sends new announcements before the state that counts them is sent. Resolves after `waitMs` at the latest.
   * @param total the number of announcements in that state
   */
  async sendUpTo(total: number): Promise<void> {
    await inTime(this.#refresh(total), waitMs).catch(() => {});
  }

  /** Sends an announcement if it is the next one, and returns whether it was. Our own look finds those in between. */
  tell(announcement: Announcement): boolean {
    const { io, dropId, onSent } = this.#deps;
    if (this.#lastNumber === undefined || announcement.number !== this.#lastNumber + 1) return false;
    this.#lastNumber = announcement.number;
    io.local.to(dropRoom(dropId)).emit('drop:announced', { dropId, announcement });
    onSent('drop:announced', membersOf(io, dropRoom(dropId)).size);
    return true;
  }

  stop(): Promise<void> {
    return this.#loop.stop();
  }

  async #refresh(total: number): Promise<void> {
    this.#lastNumber ??= total;
    if (total <= this.#lastNumber) return;
    this.#reading ??= this.#readAfter(this.#lastNumber).finally(() => (this.#reading = undefined));
    await this.#reading;
  }

  async #readAfter(lastNumber: number): Promise<void> {
    const { io, db, dropId } = this.#deps;
    for (const announcement of await readAnnouncements(db, dropId, lastNumber)) {
      if (this.tell(announcement)) io.serverSideEmit('drop:announced', { dropId, announcement });
    }
  }
}
