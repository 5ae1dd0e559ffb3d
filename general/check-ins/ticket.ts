/**
 * The code of a ticket: order and seat in plain text, and proof that it was issued for this event. It is short enough
 * for a QR code that a phone reads in poor light. It never changes; whether its order is still paid, MySQL knows.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Key, KeyList } from '../../shared/auth/key-list.ts';

export type Ticket = { orderId: string; seatId: string };

/** 128 bits. */
const proofBytes = 16;
const pattern = /^([0-9a-z]{14}-[0-9a-z]{1,4})\.(\d{1,5}\.\d{1,3})\.([\w-]{22})$/;

export function signTicket(ticket: Ticket, eventId: number, [key]: KeyList): string {
  return `${ticket.orderId}.${ticket.seatId}.${proofOf(ticket, eventId, key).toString('base64url')}`;
}

/**
 * Returns the ticket in a code; undefined unless it was signed for this event with one of `keys`. All keys are tried,
 * since a code has no room for a key's id.
 */
export function readTicket(code: string, eventId: number, keys: KeyList): Ticket | undefined {
  const [, orderId, seatId, proof] = pattern.exec(code) ?? [];
  if (orderId === undefined || seatId === undefined || proof === undefined) return undefined;
  const ticket = { orderId, seatId };
  const given = Buffer.from(proof, 'base64url');
  // The last base64url character has spare bits, so a proof has several spellings; only the canonical one is
  // accepted.
  if (given.toString('base64url') !== proof) return undefined;
  const isOurs = keys.some((key) => timingSafeEqual(given, proofOf(ticket, eventId, key)));
  return isOurs ? ticket : undefined;
}

function proofOf({ orderId, seatId }: Ticket, eventId: number, { secret }: Key): Buffer {
  return createHmac('sha256', secret)
    .update(`${eventId}.${orderId}.${seatId}`)
    .digest()
    .subarray(0, proofBytes);
}
