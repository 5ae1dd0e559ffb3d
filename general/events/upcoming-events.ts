import type { Database } from '../../shared/mysql/connect.ts';

type Query = ReturnType<Database['queryBuilder']>;

/** Returns what limits a query of events to those to come or still on sale. */
export async function upcomingEvents(db: Database, now: Date): Promise<(events: Query) => void> {
  const late = await dropsStillOpen(db, now);
  return (events) => {
    void events.where((some) => {
      void some.where('starts_at', '>', now);
      if (late.length > 0) void some.orWhereIn('id', late);
    });
  };
}

/** Returns what limits a query of events to those that have begun and are no longer on sale. */
export async function pastEvents(db: Database, now: Date): Promise<(events: Query) => void> {
  const late = await dropsStillOpen(db, now);
  return (events) => {
    void events.where('starts_at', '<=', now);
    if (late.length > 0) void events.whereNotIn('id', late);
  };
}

/** Events that have begun and have an open or future drop: few, and found without reading events that are over. */
async function dropsStillOpen(db: Database, now: Date): Promise<number[]> {
  const rows: { id: number }[] = await db('drops')
    .join('events', 'events.id', 'drops.event_id')
    .where('drops.closes_at', '>', now)
    .whereNull('drops.cancelled_at')
    .where('events.starts_at', '<=', now)
    .distinct('events.id');
  return rows.map(({ id }) => id);
}
