/**
 * A 202 is the buyer's own record: the server knows of a queued entry only once it is decided. So it is kept in the
 * browser, for all tabs and across reloads, until an outcome comes that is not the one from before.
 */
import type { Entry } from '../api/types.ts';

export type QueuedEntry = {
  /** Server's time of the 202, milliseconds. */
  at: number;
  quantity: number;
  /** What the server said of the entry before, to tell an old outcome from the new one. */
  before: string;
};

/** Every accepted entry gets its outcome. One that seems to have none after this long is not waited for here. */
const longest = 10 * 60_000;
/** How long the same words as before may still mean the outcome before. Milliseconds. */
const sameWords = 12_000;

const nameOf = (dropId: number, userId: number) => `seatdrop.queued.${userId}.${dropId}`;

export function fingerprintOf(entry: Entry | undefined): string {
  if (!entry) return 'none';
  return [entry.status, entry.expiresAt, entry.orderId, entry.seats?.join(' ')].join('|');
}

export function rememberQueued(dropId: number, userId: number, queued: QueuedEntry): void {
  try {
    localStorage.setItem(nameOf(dropId, userId), JSON.stringify(queued));
  } catch {
    // Without storage it is known until the page is left.
  }
}

export function forgetQueued(dropId: number, userId: number): void {
  try {
    localStorage.removeItem(nameOf(dropId, userId));
  } catch {
    // Nothing was kept then.
  }
}

export function recallQueued(dropId: number, userId: number, now: number): QueuedEntry | undefined {
  try {
    const text = localStorage.getItem(nameOf(dropId, userId));
    const queued = text === null ? undefined : (JSON.parse(text) as QueuedEntry);
    return queued && now - queued.at < longest ? queued : undefined;
  } catch {
    return undefined;
  }
}

/** Calls back when another tab of this browser queues an entry in this drop, or hears its outcome. */
export function onQueuedElsewhere(dropId: number, userId: number, changed: () => void): () => void {
  const listen = (event: StorageEvent) => {
    if (event.key === nameOf(dropId, userId)) changed();
  };
  window.addEventListener('storage', listen);
  return () => window.removeEventListener('storage', listen);
}

/** Whether what the server says now is the outcome that the queued entry waited for. */
export function isDecided(queued: QueuedEntry, entry: Entry, now: number): boolean {
  if (entry.status === 'none') return false;
  return fingerprintOf(entry) !== queued.before || now - queued.at > sameWords;
}
