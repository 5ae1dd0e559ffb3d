import type { KeyList } from '../../shared/auth/key-list.ts';
import type { Database } from '../../shared/mysql/connect.ts';
import { Problem } from '../../shared/tier/problems.ts';
import type { Session } from '../../shared/auth/session.ts';
import { findEvent } from '../events/event.ts';
import { requireOwner } from '../events/owner.ts';
import { readTicket, type Ticket } from './ticket.ts';

/**
 * Reads a ticket shown at the entrance of an event, for the organizer of that event or an admin.
 * @throws {Problem} not_found, not_allowed or ticket_not_valid
 */
export async function ticketShown(
  db: Database,
  shown: { eventId: number; code: string; session: Session; ticketKeys: KeyList },
): Promise<Ticket> {
  const { eventId, code, session, ticketKeys } = shown;
  const event = await findEvent(db, eventId);
  if (!event) throw new Problem('not_found');
  requireOwner(session, event.organizer_id);
  const ticket = readTicket(code, eventId, ticketKeys);
  if (!ticket) throw new Problem('ticket_not_valid');
  return ticket;
}
