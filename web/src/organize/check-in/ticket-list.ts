/** Finds tickets in the list that a door keeps for when it has no network. */
import { sha256 } from '@noble/hashes/sha2.js';
import { readTicketCode } from '@seatdrop/shared/contract/ticket-code.ts';
import type { ListedTicket, ShownAtDoor, StoredList, TicketId } from './door-store.ts';

export type TicketList = ReturnType<typeof ticketListOf>;

export function ticketListOf({ eventId, at, tickets }: StoredList) {
  const byTicket = new Map<string, ListedTicket>();
  const byCode = new Map<string, ListedTicket[]>();
  const byId = new Map<string, ListedTicket>();
  for (const ticket of tickets) {
    for (const hash of ticket.tickets) byTicket.set(hash, ticket);
    byCode.set(ticket.code, [...(byCode.get(ticket.code) ?? []), ticket]);
    byId.set(keyOf({ orderId: ticket.orderId, seatId: ticket.seat.id }), ticket);
  }
  return {
    at,
    size: tickets.length,
    /** The tickets that were meant. More than one: their short codes have the same hash. */
    meant(shown: ShownAtDoor): readonly ListedTicket[] {
      if ('ticket' in shown) return some(byId.get(keyOf(shown.ticket)));
      const code = readTicketCode(shown.code);
      if (code !== undefined) return byCode.get(hashOf(`${eventId}:${code}`).slice(0, 4)) ?? [];
      return some(byTicket.get(hashOf(shown.code.trim()).slice(0, 16)));
    },
    /** By the beginning of the order number, or by words of the seat. The list has no names. */
    search(text: string, limit: number): readonly ListedTicket[] {
      const words = wordsOf(text);
      const beginning = text.trim().toLowerCase();
      const isMeant = ({ orderId, seat }: ListedTicket) =>
        orderId.startsWith(beginning) ||
        isSubset(words, wordsOf(`${seat.section} ${seat.row} ${seat.number}`));
      return tickets.filter(isMeant).slice(0, limit);
    },
  };
}

const some = (ticket: ListedTicket | undefined) => (ticket ? [ticket] : []);
const keyOf = ({ orderId, seatId }: TicketId) => `${orderId} ${seatId}`;

/** The words of a seat in the order in which they are written: `Stalls, row 2, seat 5` is `stalls 2 5`. */
function wordsOf(text: string): string[] {
  const words =
    text
      .normalize('NFKC')
      .toLowerCase()
      .match(/\d+|\p{L}+/gu) ?? [];
  return words.filter((word) => !['row', 'seat', '第', '排', '號'].includes(word));
}

/** Whether the words are the last of the others, in the same order. */
function isSubset(words: readonly string[], others: readonly string[]): boolean {
  if (words.length < 2) return false;
  return words.every((word, at) => others[others.length - words.length + at] === word);
}

/** Synchronous, and there without TLS, unlike the browser's own. */
function hashOf(text: string): string {
  const bytes = sha256(new TextEncoder().encode(text));
  return btoa(String.fromCodePoint(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_');
}
