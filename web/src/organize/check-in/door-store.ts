/** The database of a door on its device: the list of tickets, and whom the device let in. */
import { openDB, type DBSchema, type IDBPDatabase } from 'idb';
import type { z } from 'zod';
import type { settledAdmissions, ticketHashes } from '@seatdrop/shared/contract/check-ins.ts';
import type { Seat } from '../../api/types.ts';

export type ListedTicket = z.infer<typeof ticketHashes>['items'][number];
/** `at`: the server's time when the list was read, as ISO 8601. */
export type StoredList = { eventId: number; at: string; tickets: readonly ListedTicket[] };

export type TicketId = { orderId: string; seatId: string };
/** What was scanned or typed, or a ticket that staff found. */
export type ShownAtDoor = { code: string } | { ticket: TicketId };

type Settled = z.infer<typeof settledAdmissions>['results'][number];

/** Somebody whom this device let in. */
export type DoorAdmission = {
  nonce: string;
  eventId: number;
  /** Milliseconds since 1970, by the server's clock as far as this device knows it. */
  at: number;
  door: string | undefined;
  shown: ShownAtDoor;
  orderId: string;
  seatId: string;
  seat: Seat;
  /**
   * `waiting`: the server has not said that it knows. `counted`: it is the ticket's check-in; kept until a list says so.
   * `odd`: the server knows, and it does not count; kept until staff have seen it.
   */
  state: 'waiting' | 'counted' | 'odd';
  /** The server may know of it: a request with its nonce was sent. */
  isSent: boolean;
  /** Taken back here. The nonce of the undo, which follows once the server knows of the admission. */
  undoNonce?: string;
  /** Why it is odd; `refused`: the server takes it in no form, such as after 30 days. */
  result?: Exclude<Settled['result'], 'admitted' | 'undone'> | 'refused';
  first?: Settled['checkedIn'];
};

interface Schema extends DBSchema {
  lists: { key: number; value: StoredList };
  admissions: {
    key: string;
    value: DoorAdmission;
    indexes: { event: number; ticket: [number, string, string] };
  };
}

let opened: Promise<IDBPDatabase<Schema>> | undefined;

function open(): Promise<IDBPDatabase<Schema>> {
  opened ??= openDB<Schema>('seatdrop-door', 1, {
    upgrade(db) {
      db.createObjectStore('lists', { keyPath: 'eventId' });
      const admissions = db.createObjectStore('admissions', { keyPath: 'nonce' });
      admissions.createIndex('event', 'eventId');
      admissions.createIndex('ticket', ['eventId', 'orderId', 'seatId']);
    },
    terminated() {
      opened = undefined;
    },
  });
  // A database that could not be opened may open later.
  opened.catch(() => {
    opened = undefined;
  });
  return opened;
}

export async function storedList(eventId: number): Promise<StoredList | null> {
  return (await (await open()).get('lists', eventId)) ?? null;
}

/** The admissions of an event, the oldest first. */
export async function admissionsOf(eventId: number): Promise<DoorAdmission[]> {
  const all = await (await open()).getAllFromIndex('admissions', 'event', eventId);
  return all.toSorted((one, other) => one.at - other.at);
}

/**
 * Stores a new list. `counted`: nonces that the server had counted before the list was read; the list says so now.
 * Lists of other events are removed: a device stands at one door at a time.
 */
export async function storeList(list: StoredList, counted: readonly string[]): Promise<void> {
  const tx = (await open()).transaction(['lists', 'admissions'], 'readwrite');
  const lists = tx.objectStore('lists');
  await lists.clear();
  await lists.put(list);
  for (const nonce of counted) await tx.objectStore('admissions').delete(nonce);
  await tx.done;
}

/** Whether this person is inside by the ticket, as far as this device knows. */
export const isInside = ({ undoNonce, result }: DoorAdmission) =>
  undoNonce === undefined && result !== 'unknown';

/**
 * Adds an admission unless this device let somebody in by the same ticket; then returns that one. One transaction, on
 * the disk before it returns: who was told to go in is not forgotten when the battery dies.
 */
export async function addAdmission(admission: DoorAdmission): Promise<DoorAdmission | undefined> {
  const { eventId, orderId, seatId, nonce } = admission;
  const tx = (await open()).transaction('admissions', 'readwrite', { durability: 'strict' });
  const same = await tx.store.index('ticket').getAll([eventId, orderId, seatId]);
  const before = same.find((each) => isInside(each) && each.nonce !== nonce);
  if (!before) await tx.store.put(admission);
  await tx.done;
  return before;
}

/** Changes one admission in a transaction; `undefined` from `change` removes it. Nothing happens if it is gone. */
export async function changeAdmission(
  nonce: string,
  change: (known: DoorAdmission) => DoorAdmission | undefined,
): Promise<void> {
  const tx = (await open()).transaction('admissions', 'readwrite', { durability: 'strict' });
  const known = await tx.store.get(nonce);
  if (known) {
    const next = change(known);
    await (next ? tx.store.put(next) : tx.store.delete(nonce));
  }
  await tx.done;
}
