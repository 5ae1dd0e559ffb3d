/** Lets one person in: by the server, or by this device's list if the server cannot be reached. */
import type { z } from 'zod';
import type { checkIn } from '@seatdrop/shared/contract/check-ins.ts';
import { ask, isPassing, pauseBefore, Refusal } from '../../api/http.ts';
import { newNonce } from '../../api/nonce.ts';
import type { Seat } from '../../api/types.ts';
import { serverClock } from '../../clock/server-clock.ts';
import { admitOffline, asAdmitted, findWaiting, type CheckedIn } from './admit-offline.ts';
import { addAdmission, type ListedTicket, type ShownAtDoor, type TicketId } from './door-store.ts';
import type { ThisDoor } from './this-door.ts';
import type { TicketList } from './ticket-list.ts';

/** Which ticket staff chose of those that a code may mean; the same scan goes on, with its nonce. */
export type SeatChoice = { ticket: TicketId; nonce: string; isSent: boolean };

type Place = { checkedIn: Partial<CheckedIn>; isHere: boolean };

export type DoorResult =
  | { kind: 'let_in'; ticket: { orderId: string; seat: Seat }; isOffline: boolean }
  /** A check-in was taken back: the ticket can be used again. */
  | { kind: 'undone'; seat: Seat }
  | ({ kind: 'again'; seat: Seat | undefined } & Place)
  /** Without network: the short code may be of any of these. */
  | { kind: 'choose'; tickets: readonly ListedTicket[]; nonce: string; isSent: boolean }
  | { kind: 'refunded' }
  | { kind: 'invalid' }
  /** Without network: not in the list, which is as old as this. */
  | { kind: 'not_listed'; listedAt: string }
  /** The ticket's state is unknown: no connection and no list, or the server is overloaded. */
  | { kind: 'failed'; error: unknown };

export type Connection = { isOnline: () => boolean; set: (isOnline: boolean) => void };

type Scan = {
  eventId: number;
  here: ThisDoor;
  shown: ShownAtDoor;
  list: TicketList | undefined;
  connection: Connection;
  choice: SeatChoice | undefined;
};

export async function redeem(scan: Scan): Promise<DoorResult> {
  const { eventId, shown, list, connection, choice } = scan;
  const waiting = await findWaiting(eventId, shown, list).catch(() => undefined);
  if (waiting) {
    const at = new Date(waiting.at).toISOString();
    const checkedIn = { at, ...(waiting.door !== undefined && { door: waiting.door }) };
    return { kind: 'again', seat: waiting.seat, checkedIn, isHere: true };
  }
  const nonce = choice?.nonce ?? newNonce();
  let isSent = choice?.isSent ?? false;
  let error: unknown;
  if (connection.isOnline()) {
    isSent = true;
    try {
      const told = await redeemOnline(scan, nonce);
      connection.set(true);
      return told;
    } catch (failure) {
      if (!isPassing(failure)) throw failure;
      error = failure;
      connection.set(false);
    }
  }
  if (!list) return { kind: 'failed', error };
  return redeemOffline(scan, list, { nonce, isSent });
}

async function redeemOnline({ eventId, here, shown }: Scan, nonce: string): Promise<DoorResult> {
  const { device, door } = here;
  const body = { ...shown, nonce, device, ...(door !== undefined && { door }) };
  try {
    const answer = await askUntilAnswered<z.infer<typeof checkIn>>(`/events/${eventId}/check-ins`, body);
    const ticket = { orderId: answer.order.id, seat: answer.seat };
    const at = Date.parse(answer.checkedInAt);
    // Without network, this device knows it before a new list says so. It is let in whether or not this can be kept.
    await addAdmission({
      ...asAdmitted(ticket),
      nonce,
      eventId,
      at,
      door,
      shown,
      isSent: true,
      state: 'counted',
    }).catch(() => undefined);
    return { kind: 'let_in', ticket, isOffline: false };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    switch (error.code) {
      case 'already_checked_in':
        return usedBefore(error.body, device);
      case 'ticket_refunded':
        return { kind: 'refunded' };
      case 'ticket_not_valid':
      case 'invalid_request':
        return { kind: 'invalid' };
      default:
        if (isPassing(error)) throw error;
        return { kind: 'failed', error };
    }
  }
}

type UsedBefore = { seat?: Seat; checkedInAt?: string; door?: string; device?: string };

function usedBefore(body: Refusal['body'], ownDevice: string): DoorResult {
  const { seat, checkedInAt: at, door, device } = body as UsedBefore;
  const checkedIn = { ...(at !== undefined && { at }), ...(door !== undefined && { door }) };
  return { kind: 'again', seat, checkedIn, isHere: device === ownDevice };
}

async function redeemOffline(
  { eventId, here, shown, choice }: Scan,
  list: TicketList,
  sent: { nonce: string; isSent: boolean },
): Promise<DoorResult> {
  const scan = { ...sent, eventId, at: serverClock.now(), door: here.door, shown };
  const decision = await admitOffline(scan, list, choice?.ticket);
  switch (decision.kind) {
    case 'let_in':
      return { kind: 'let_in', ticket: decision.ticket, isOffline: true };
    case 'again': {
      const { checkedIn } = decision;
      const isHere = decision.isHere || checkedIn.device === here.device;
      return { kind: 'again', seat: decision.ticket.seat, checkedIn, isHere };
    }
    case 'choose':
      return { ...decision, ...sent };
    case 'not_listed':
      return { kind: 'not_listed', listedAt: list.at };
  }
}

/** Milliseconds for one answer, and after which no further try begins: somebody waits at the door. */
const patience = 4_000;
const tryFor = 3_000;
const mostTries = 4;

/**
 * Repeats the request if its answer is lost. By the nonce the server recognises the same scan, so nobody who
 * was let in is reported as having used the ticket before.
 */
export async function askUntilAnswered<T>(path: string, body: object): Promise<T> {
  const began = performance.now();
  for (let attempt = 1; ; attempt += 1) {
    try {
      return (await ask<T>('POST', path, { body, timeout: patience })).data;
    } catch (error) {
      const isLate = performance.now() - began > tryFor || attempt >= mostTries || !navigator.onLine;
      if (isLate || !isPassing(error)) throw error;
      await new Promise((resolve) => setTimeout(resolve, pauseBefore(attempt - 1, error, 1_000)));
    }
  }
}
