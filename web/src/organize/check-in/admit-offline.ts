/** Decides without network who is let in: by the list that this device has, and whom it has let in itself. */
import type { ListedTicket, ShownAtDoor, TicketId } from './door-store.ts';
import { addAdmission, admissionsOf, changeAdmission, isInside, type DoorAdmission } from './door-store.ts';
import type { TicketList } from './ticket-list.ts';

export type CheckedIn = NonNullable<ListedTicket['checkedIn']>;

type Scan = Pick<DoorAdmission, 'nonce' | 'eventId' | 'at' | 'door' | 'shown' | 'isSent'>;

export type OfflineDecision =
  | { kind: 'let_in'; ticket: ListedTicket }
  /** `isHere`: by this device. */
  | { kind: 'again'; ticket: ListedTicket; checkedIn: CheckedIn; isHere: boolean }
  | { kind: 'choose'; tickets: readonly ListedTicket[] }
  | { kind: 'not_listed' };

/** @param chosen which of several tickets that the code may mean, as staff read it on the ticket */
export async function admitOffline(
  scan: Scan,
  list: TicketList,
  chosen?: TicketId,
): Promise<OfflineDecision> {
  const meant = list
    .meant(scan.shown)
    .filter((ticket) => !chosen || (ticket.orderId === chosen.orderId && ticket.seat.id === chosen.seatId));
  const [ticket] = meant;
  if (!ticket) return { kind: 'not_listed' };
  if (meant.length > 1) return { kind: 'choose', tickets: meant };
  if (ticket.checkedIn) return { kind: 'again', ticket, checkedIn: ticket.checkedIn, isHere: false };
  const before = await addAdmission({ ...scan, ...asAdmitted(ticket), state: 'waiting' });
  return before ? usedHere(ticket, before) : { kind: 'let_in', ticket };
}

/**
 * The ticket's admission that waits on this device. The server does not know of it yet, and would let somebody in
 * again.
 */
export async function findWaiting(eventId: number, shown: ShownAtDoor, list: TicketList | undefined) {
  const waiting = (await admissionsOf(eventId)).filter((each) => each.state === 'waiting' && isInside(each));
  if (waiting.length === 0) return undefined;
  const meant = list?.meant(shown) ?? [];
  const isOf = (ticket: ListedTicket, { orderId, seatId }: DoorAdmission) =>
    ticket.orderId === orderId && ticket.seat.id === seatId;
  // By the text as well: a ticket may have left the list meanwhile.
  return waiting.find(
    (each) =>
      JSON.stringify(each.shown) === JSON.stringify(shown) || (meant.length === 1 && isOf(meant[0]!, each)),
  );
}

/** Takes back what waits on this device. Returns whether there was anything. */
export async function undoWaiting(eventId: number, ticket: TicketId, undoNonce: string): Promise<boolean> {
  let isUndone = false;
  for (const { nonce, orderId, seatId } of await admissionsOf(eventId)) {
    if (orderId !== ticket.orderId || seatId !== ticket.seatId) continue;
    await changeAdmission(nonce, (known) => {
      if (known.state !== 'waiting' || !isInside(known)) return known;
      isUndone = true;
      // The server hears of both, in this order, if it may know of the first.
      return known.isSent ? { ...known, undoNonce } : undefined;
    });
  }
  return isUndone;
}

/** After an undo at the server: this device no longer holds the ticket for used. */
export async function forgetCounted(eventId: number, ticket: TicketId): Promise<void> {
  for (const { nonce, orderId, seatId } of await admissionsOf(eventId))
    if (orderId === ticket.orderId && seatId === ticket.seatId)
      await changeAdmission(nonce, (known) => (known.state === 'counted' ? undefined : known));
}

export const asAdmitted = ({ orderId, seat }: Pick<ListedTicket, 'orderId' | 'seat'>) => {
  return { orderId, seatId: seat.id, seat };
};

function usedHere(ticket: ListedTicket, { at, door }: DoorAdmission): OfflineDecision {
  const checkedIn = { at: new Date(at).toISOString(), ...(door !== undefined && { door }) };
  return { kind: 'again', ticket, checkedIn, isHere: true };
}
