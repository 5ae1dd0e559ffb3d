import type { z } from 'zod';
import type { KeyList } from '../../shared/auth/key-list.ts';
import type { order as orderSchema } from '../../shared/contract/orders.ts';
import { spellTicketCode } from '../../shared/contract/ticket-code.ts';
import type { Database } from '../../shared/mysql/connect.ts';
import { codesOf } from './ticket-codes.ts';
import { signTicket } from './ticket.ts';

type ShownOrder = z.input<typeof orderSchema>;

/** An order with its tickets, for its buyer alone. Seats that were given back or refunded have none any more. */
export async function withTickets(db: Database, order: ShownOrder, keys: KeyList): Promise<ShownOrder> {
  const { id: orderId, eventId } = order;
  const ticketOf = ({ id: seatId }: { id: string }) => ({ orderId, seatId });
  const valid = order.seats.filter(({ state }) => state === 'valid');
  const codeOf = await codesOf(db, eventId, valid.map(ticketOf));
  const seats = order.seats.map((seat) => ({
    ...seat,
    ...(seat.state === 'valid' && {
      ticket: signTicket(ticketOf(seat), eventId, keys),
      code: spellTicketCode(codeOf(ticketOf(seat))),
    }),
  }));
  return { ...order, seats };
}
