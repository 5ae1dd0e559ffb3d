/**
 * The short codes of tickets. They are random and stored, since one made from order and seat would have to be longer to
 * be unique. A ticket gets its code when it is first shown, printed or listed: nobody can know one before that.
 */
import { randomInt } from 'node:crypto';
import { ticketCodeCount, ticketCodeOf } from '../../shared/contract/ticket-code.ts';
import { retried, type Database } from '../../shared/mysql/connect.ts';
import type { Ticket } from './ticket.ts';

type CodeRow = { order_id: string; seat_id: string; event_id: number; code: string };

/** Two tickets of an event draw the same code about once in a hundred thousand times; one time is enough for the other. */
const maxDraws = 5;

/** The code of each of these tickets of an event, by order and seat. */
export async function codesOf(
  db: Database,
  eventId: number,
  tickets: readonly Ticket[],
): Promise<(ticket: Ticket) => string> {
  const known = new Map<string, string>();
  for (let draw = 0; draw <= maxDraws; draw += 1) {
    for (const row of await readCodes(db, tickets)) known.set(keyOf(row.order_id, row.seat_id), row.code);
    const missing = tickets.filter(({ orderId, seatId }) => !known.has(keyOf(orderId, seatId)));
    if (missing.length === 0) return ({ orderId, seatId }) => known.get(keyOf(orderId, seatId))!;
    const rows = missing.map(({ orderId, seatId }): CodeRow => {
      return { order_id: orderId, seat_id: seatId, event_id: eventId, code: ticketCodeOf(randomCode()) };
    });
    // Another process may have been faster, or a code be taken: what is there afterwards counts.
    await retried(db, () => db('ticket_codes').insert(rows).onConflict().ignore());
  }
  throw new Error(`tickets of event ${eventId} got no code`);
}

export async function findByCode(db: Database, eventId: number, code: string): Promise<Ticket | undefined> {
  const row = await db<CodeRow>('ticket_codes').where({ event_id: eventId, code }).first();
  return row && { orderId: row.order_id, seatId: row.seat_id };
}

function readCodes(db: Database, tickets: readonly Ticket[]): Promise<CodeRow[]> {
  return db<CodeRow>('ticket_codes').whereIn(
    ['order_id', 'seat_id'],
    tickets.map(({ orderId, seatId }) => [orderId, seatId]),
  );
}

const keyOf = (orderId: string, seatId: string) => `${orderId} ${seatId}`;

/** `randomInt` takes ranges of up to 48 bits. */
const randomCode = () => randomInt(ticketCodeCount);
