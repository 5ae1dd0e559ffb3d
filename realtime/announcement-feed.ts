import { readAnnouncements } from '../shared/drops/announcements.ts';
import type { Announcement } from '../shared/contract/announcements.ts';
import { inTime } from '../shared/tier/in-time.ts';
import type { Log } from '../shared/tier/log.ts';
import { startLoop, type Loop } from '../shared/tier/loop.ts';
import type { Database } from '../shared/mysql/connect.ts';
import type { KnownDrop } from './known-drops.ts';
import { dropRoom, membersOf, type RealtimeServer } from './sockets.ts';

/** Milliseconds between two looks at how many announcements there are, which is at hand. */
const lookMs = 250;

/** Milliseconds for which a state of the drop waits for the announcements that it counts. */
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
 * Tells the watchers of a drop what its organizer announces, each announcement once and in order. They are found in
 * MySQL, where each process looks: what was committed reaches everybody, also after a crash of who wrote it, or while
 * Redis is away. The process that finds one first tells the others through the adapter, which saves those the wait
 * for their own look, and is lost without harm.
 */
export class AnnouncementFeed {
  readonly #deps: AnnouncementFeedDeps;
  /** Of its own: how a drop stands is asked of Redis, which may take its time. */
  readonly #loop: Loop;
  /** The number of the latest one told here. Before the first look: whoever comes is told how many there are. */
  #told: number | undefined;
  #reading: Promise<void> | undefined;

  constructor(deps: AnnouncementFeedDeps) {
    this.#deps = deps;
    this.#loop = startLoop('announcements', lookMs, deps.log, async () => {
      await this.#refresh((await deps.find()).announcements);
    });
  }

  /**
   * Tells those that are new, before a state that counts them is told. That state does not wait for long.
   * @param made how many there are by now
   */
  async precede(made: number): Promise<void> {
    await inTime(this.#refresh(made), waitMs).catch(() => {});
  }

  /** Another process has found one. Returns whether it was the next; what lies between is found by the own look. */
  tell(announcement: Announcement): boolean {
    const { io, dropId, onSent } = this.#deps;
    if (this.#told === undefined || announcement.number !== this.#told + 1) return false;
    this.#told = announcement.number;
    io.local.to(dropRoom(dropId)).emit('drop:announced', { dropId, announcement });
    onSent('drop:announced', membersOf(io, dropRoom(dropId)).size);
    return true;
  }

  stop(): Promise<void> {
    return this.#loop.stop();
  }

  async #refresh(made: number): Promise<void> {
    this.#told ??= made;
    if (made <= this.#told) return;
    this.#reading ??= this.#readAfter(this.#told).finally(() => (this.#reading = undefined));
    await this.#reading;
  }

  async #readAfter(told: number): Promise<void> {
    const { io, db, dropId } = this.#deps;
    for (const announcement of await readAnnouncements(db, dropId, told)) {
      if (this.tell(announcement)) io.serverSideEmit('drop:announced', { dropId, announcement });
    }
  }
}
