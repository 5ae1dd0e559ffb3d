import type { Database } from '../../shared/mysql/connect.ts';
import { findSummaryRows, type SummaryRow } from '../drops/summarize-drops.ts';
import { cutPage, following, readCursor, type Cursor } from '../http/cursor.ts';
import type { AvailableDrops } from './available-drops.ts';
import { matchingEvents, suits, withDrop, type EventFilter } from './event-filter.ts';
import type { EventRow } from './event.ts';
import { pastEvents, upcomingEvents } from './upcoming-events.ts';

export type EventList = {
  /** Those to come or still on sale, those that are over, or all of one organizer. */
  which: 'upcoming' | 'past' | { organizerId: number };
  filter: EventFilter;
  /** Only events with one of these drops. */
  available?: AvailableDrops | undefined;
  limit: number;
  after?: string | undefined;
  now: Date;
};

/**
 * Fees can put every drop of a round above the price that is searched for. After so many rounds the page ends, with
 * less on it than asked for.
 */
const maxRounds = 10;
const roundSize = 100;

/** A page of events with their drops, upcoming ones the next first, others the latest first. */
export async function findEvents(db: Database, list: EventList) {
  const { limit, filter, available } = list;
  const openAfter = list.which === 'upcoming' ? list.now : undefined;
  const isExact = filter.priceMax === undefined && !available;
  const size = isExact ? limit + 1 : Math.max(limit + 1, roundSize);
  const query = await eventsQuery(db, list);
  const found: EventRow[] = [];
  const drops: SummaryRow[] = [];
  let cursor = readCursor(list.after);
  let isLast = false;
  for (let round = 0; round < maxRounds && !isLast && found.length <= limit; round += 1) {
    const rows = await query(cursor, size);
    const theirs = await findSummaryRows(
      db,
      rows.map(({ id }) => id),
    );
    const meant = new Set(
      theirs.filter((row) => suits(row, filter, openAfter, available?.drops)).map(({ event_id }) => event_id),
    );
    found.push(...(isExact ? rows : rows.filter(({ id }) => meant.has(id))));
    drops.push(...theirs);
    isLast = rows.length < size;
    const last = rows.at(-1);
    if (last) cursor = placeOf(last);
  }
  const { page, next } = cutPage(found, limit, placeOf);
  const isCutShort = next === null && !isLast && cursor !== undefined;
  return { page, drops, next: isCutShort ? `${cursor!.time.getTime()}.${cursor!.key}` : next };
}

const placeOf = ({ starts_at, id }: EventRow): Cursor => ({ time: starts_at, key: String(id) });

/** Returns what reads the events after a cursor. */
async function eventsQuery(db: Database, { which, filter, available, now }: EventList) {
  const direction = which === 'upcoming' ? 'asc' : 'desc';
  const limited =
    which === 'upcoming'
      ? await upcomingEvents(db, now)
      : which === 'past'
        ? await pastEvents(db, now)
        : undefined;
  return (cursor: Cursor | undefined, limit: number): Promise<EventRow[]> =>
    db('events')
      .modify((events) => {
        if (typeof which === 'object') void events.where('organizer_id', which.organizerId);
        limited?.(events);
        matchingEvents(db, filter)(events);
        withDrop(db, filter, which === 'upcoming' ? now : undefined)(events);
        if (available) void events.whereIn('id', available.events);
        if (cursor)
          following(direction, { starts_at: cursor.time, id: Number.parseInt(cursor.key, 10) || 0 })(events);
      })
      .orderBy([
        { column: 'starts_at', order: direction },
        { column: 'id', order: direction },
      ])
      .limit(limit);
}
