import type { Session } from '../../shared/auth/session.ts';
import type { Database } from '../../shared/mysql/connect.ts';
import { Problem } from '../../shared/tier/problems.ts';
import { requireOwner } from './owner.ts';

export type EventRow = {
  id: number;
  organizer_id: number;
  title: string;
  description: string;
  venue: string;
  starts_at: Date;
  time_zone: string | null;
  event_cancelled_at: Date | null;
};

export function findEvent(db: Database, id: number): Promise<EventRow | undefined> {
  return db<EventRow>('events').where({ id }).first();
}

/** @throws {Problem} not_found, or not_allowed if it belongs to another organizer */
export async function requireOwnEvent(db: Database, id: number, by: Session): Promise<EventRow> {
  const found = await findEvent(db, id);
  if (!found) throw new Problem('not_found');
  requireOwner(by, found.organizer_id);
  return found;
}

/** `zone`: time zone of events stored before events had one. */
export function toEvent(
  { id, organizer_id, title, description, venue, starts_at, time_zone, event_cancelled_at }: EventRow,
  zone: string,
) {
  return {
    id,
    organizerId: organizer_id,
    title,
    description,
    venue,
    startsAt: starts_at.toISOString(),
    timeZone: time_zone ?? zone,
    cancelled: event_cancelled_at !== null,
  };
}

/** What the audit log says of an event. */
export function recordedFacts({ title, description, venue, starts_at, time_zone }: EventRow) {
  return { title, description, venue, startsAt: starts_at, timeZone: time_zone };
}
