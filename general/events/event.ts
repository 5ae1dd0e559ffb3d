import type { Database } from '../../shared/mysql/connect.ts';

export type EventRow = {
  id: number;
  organizer_id: number;
  title: string;
  description: string;
  venue: string;
  starts_at: Date;
  time_zone: string | null;
};

export function findEvent(db: Database, id: number): Promise<EventRow | undefined> {
  return db<EventRow>('events').where({ id }).first();
}

/** `zone`: time zone of events stored before events had one. */
export function toEvent(
  { id, organizer_id, title, description, venue, starts_at, time_zone }: EventRow,
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
  };
}

/** What the audit log says of an event. */
export function recordedFacts({ title, description, venue, starts_at, time_zone }: EventRow) {
  return { title, description, venue, startsAt: starts_at, timeZone: time_zone };
}
