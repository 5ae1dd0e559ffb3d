/**
 * The server knows an entry only once it is decided. So the browser keeps the 202, for all its tabs and
 * across reloads, until an outcome comes that is not an earlier entry's.
 */
import type { Entry } from '../api/types.ts';

export type QueuedEntry = {
  /** Server's time of the 202, in milliseconds. */
  at: number;
  quantity: number;
  /** What the server said of the buyer's entry before, to tell an old outcome from the new one. */
  before: string;
};

/** Milliseconds after which the page no longer waits for an outcome. */
const maxAgeMs = 10 * 60_000;
/**
 * Milliseconds during which an unchanged answer is taken for the earlier outcome. After that it is the new one,
 * which happens to be equal: sold out twice, for example.
 */
const sameOutcomeMs = 12_000;

const nameOf = (dropId: number, userId: number) => `seatdrop.queued.${userId}.${dropId}`;

export function fingerprintOf(entry: Entry | undefined): string {
  if (!entry) return 'none';
  return [entry.status, entry.expiresAt, entry.orderId, entry.seats?.join(' ')].join('|');
}

export function rememberQueued(dropId: number, userId: number, queued: QueuedEntry): void {
  try {
    localStorage.setItem(nameOf(dropId, userId), JSON.stringify(queued));
  } catch {
    // Without storage the entry is known until the page is left.
  }
}

export function forgetQueued(dropId: number, userId: number): void {
  try {
    localStorage.removeItem(nameOf(dropId, userId));
  } catch {
    // Without storage there is nothing to remove.
  }
}

export function recallQueued(dropId: number, userId: number, now: number): QueuedEntry | undefined {
  try {
    const text = localStorage.getItem(nameOf(dropId, userId));
    const queued = text === null ? undefined : (JSON.parse(text) as QueuedEntry);
    return queued && now - queued.at < maxAgeMs ? queued : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Calls back when another tab of this browser queues an entry in this drop or learns its outcome. Returns how
 * to stop.
 */
export function onQueuedElsewhere(dropId: number, userId: number, changed: () => void): () => void {
  const listen = (event: StorageEvent) => {
    if (event.key === nameOf(dropId, userId)) changed();
  };
  window.addEventListener('storage', listen);
  return () => window.removeEventListener('storage', listen);
}

/** Whether the server's present answer is the outcome of the queued entry. */
export function isDecided(queued: QueuedEntry, entry: Entry, now: number): boolean {
  if (entry.status === 'none') return false;
  return fingerprintOf(entry) !== queued.before || now - queued.at > sameOutcomeMs;
}
