/**
 * The code of a ticket: order and seat in the open, and proof that we made it for this event. Short enough for a QR
 * code that a phone reads in poor light. It never changes; whether its order is still paid for, MySQL says.
 */
import { createHmac, createSecretKey, hkdfSync, timingSafeEqual, type KeyObject } from 'node:crypto';

export type Ticket = { orderId: string; seatId: string };

/** Bytes of the proof: 128 bits. */
const proofBytes = 16;
const pattern = /^([0-9a-z]{14}-[0-9a-z]{1,4})\.(\d{1,5}\.\d{1,3})\.([\w-]{22})$/;

/** A key for tickets alone, from the one of checkout. A new checkout key makes old tickets worthless. */
export function ticketKeyFrom(checkoutKey: KeyObject): KeyObject {
  return createSecretKey(Buffer.from(hkdfSync('sha256', checkoutKey, '', 'seatdrop ticket v1', 32)));
}

export function signTicket(ticket: Ticket, eventId: number, key: KeyObject): string {
  return `${ticket.orderId}.${ticket.seatId}.${proofOf(ticket, eventId, key).toString('base64url')}`;
}

/** The ticket in a code; undefined unless we made it for this event. */
export function readTicket(code: string, eventId: number, key: KeyObject): Ticket | undefined {
  const [, orderId, seatId, proof] = pattern.exec(code) ?? [];
  if (orderId === undefined || seatId === undefined || proof === undefined) return undefined;
  const ticket = { orderId, seatId };
  const given = Buffer.from(proof, 'base64url');
  // The last character has spare bits: of several spellings of a proof, only ours is taken.
  if (given.toString('base64url') !== proof) return undefined;
  return timingSafeEqual(given, proofOf(ticket, eventId, key)) ? ticket : undefined;
}

function proofOf({ orderId, seatId }: Ticket, eventId: number, key: KeyObject): Buffer {
  return createHmac('sha256', key).update(`${eventId}.${orderId}.${seatId}`).digest().subarray(0, proofBytes);
}
