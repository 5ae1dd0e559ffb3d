/**
 * The code of a ticket: order and seat in the open, and proof that we made it for this event. Short enough for a QR
 * code that a phone reads in poor light. It never changes; whether its order is still paid for, MySQL says.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Key, KeyList } from '../../shared/auth/key-list.ts';

export type Ticket = { orderId: string; seatId: string };

/** Bytes of the proof: 128 bits. */
const proofBytes = 16;
const pattern = /^([0-9a-z]{14}-[0-9a-z]{1,4})\.(\d{1,5}\.\d{1,3})\.([\w-]{22})$/;

export function signTicket(ticket: Ticket, eventId: number, [key]: KeyList): string {
  return `${ticket.orderId}.${ticket.seatId}.${proofOf(ticket, eventId, key).toString('base64url')}`;
}

/** The ticket in a code; undefined unless it was signed for this event by one of `keys`: a code has no room for a key's id. */
export function readTicket(code: string, eventId: number, keys: KeyList): Ticket | undefined {
  const [, orderId, seatId, proof] = pattern.exec(code) ?? [];
  if (orderId === undefined || seatId === undefined || proof === undefined) return undefined;
  const ticket = { orderId, seatId };
  const given = Buffer.from(proof, 'base64url');
  // The last character has spare bits: of several spellings of a proof, only ours is taken.
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
