import { dropListed, dropQuery } from '../../shared/contract/drops.ts';
import { pageOf } from '../../shared/contract/paging.ts';
import type { DropPhase } from '../../shared/drops/phase.ts';
import type { Database } from '../../shared/mysql/connect.ts';
import type { Deps } from '../deps.ts';
import { cutPage, readCursor } from '../http/cursor.ts';
import { defineRoute, type Route } from '../http/route.ts';
import { createAvailability } from './availability.ts';
import { countSeats, summaryColumns, summaryOf, timesOf, type SummaryRow } from './summarize-drops.ts';

type Row = SummaryRow & {
  title: string;
  venue: string;
  starts_at: Date;
  time_zone: string | null;
  organizer_id: number;
  organizer_name: string;
};

export function listDrops({
  reader,
  inventory,
  eventTimeZone,
}: Pick<Deps, 'reader' | 'inventory' | 'eventTimeZone'>): Route {
  const availabilityNow = createAvailability(inventory);
  return defineRoute({
    method: 'GET',
    path: '/api/drops',
    summary: 'List all drops, the last to open first',
    tag: 'Drops',
    who: ['admin'],
    query: dropQuery,
    success: { status: 200, schema: pageOf(dropListed), description: 'Drops with seats sold and free' },
    problems: [],
    async handle({ query: { limit, after, phase }, session }) {
      const now = Date.now();
      const cursor = readCursor(after);
      const rows: Row[] = await reader.read(session, (db) =>
        db('drops')
          .join('events', 'events.id', 'drops.event_id')
          .join('users', 'users.id', 'events.organizer_id')
          .select(summaryColumns)
          .select(
            'events.title',
            'events.venue',
            'events.starts_at',
            'events.time_zone',
            'events.organizer_id',
            'users.name as organizer_name',
          )
          .modify((query) => {
            if (phase) inPhase(query, phase, new Date(now));
            if (cursor) void query.whereRaw('(drops.opens_at, drops.id) < (?, ?)', [cursor.time, cursor.key]);
          })
          .orderBy([
            { column: 'drops.opens_at', order: 'desc' },
            { column: 'drops.id', order: 'desc' },
          ])
          .limit(limit + 1),
      );
      const { page, next } = cutPage(rows, limit, (row) => ({ time: row.opens_at, key: String(row.id) }));
      const items = page.map(async (row) => ({
        ...summaryOf(row, now),
        availability: await availabilityNow({ ...row, ...timesOf(row) }, now),
        ...(await countSeats(inventory, row)),
        event: {
          id: row.event_id,
          title: row.title,
          venue: row.venue,
          startsAt: row.starts_at.toISOString(),
          timeZone: row.time_zone ?? eventTimeZone,
        },
        organizer: { id: row.organizer_id, name: row.organizer_name },
      }));
      return { items: await Promise.all(items), next };
    },
  });
}

/** The SQL counterpart of `phaseOf`. */
function inPhase(query: ReturnType<Database['queryBuilder']>, phase: DropPhase, now: Date): void {
  if (phase === 'cancelled') {
    void query.whereNotNull('drops.cancelled_at');
    return;
  }
  void query.whereNull('drops.cancelled_at');
  if (phase === 'closed') {
    void query.where('drops.closes_at', '<=', now);
    return;
  }
  void query.where('drops.closes_at', '>', now);
  if (phase === 'scheduled') {
    void query.where('drops.opens_at', '>', now);
    return;
  }
  void query.where('drops.opens_at', '<=', now);
  void (phase === 'paused' ? query.whereNotNull('drops.paused_at') : query.whereNull('drops.paused_at'));
}
