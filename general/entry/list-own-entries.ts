import type { z } from 'zod';
import { ownEntries, type ownEntry } from '../../shared/contract/own-entries.ts';
import type { Database } from '../../shared/mysql/connect.ts';
import { summaryColumns, summaryOf, type SummaryRow } from '../drops/summarize-drops.ts';
import type { Deps } from '../deps.ts';
import { defineRoute, type Route } from '../http/route.ts';
import { findOwnEntries, type FindDeps, type FoundEntry } from './find-own-entries.ts';
import { createRecentDrops } from './recent-drops.ts';

export function listOwnEntries(deps: Omit<FindDeps, 'log'> & Pick<Deps, 'eventTimeZone'>): Route {
  const recentDrops = createRecentDrops(deps.db);
  return defineRoute({
    method: 'GET',
    path: '/api/me/entries',
    summary: 'List your holds, payments under way and standby places, and what ended lately',
    description:
      'Over all drops that have not been over for longer than a week. First holds and payments, the first to end first; ' +
      'then standby; then at most 20 entries that ended, the drop that opened last first. What you bought is not among ' +
      'them.',
    tag: 'Entries',
    who: 'signed-in',
    success: { status: 200, schema: ownEntries, description: 'Your entries' },
    problems: [],
    async handle({ session: { userId }, log }) {
      const { entries, isComplete } = await findOwnEntries({ ...deps, log }, await recentDrops(), userId);
      const present = await entryPresenter(deps, entries);
      return {
        items: entries.toSorted(byUrgency).map(present),
        isComplete,
        serverTime: new Date().toISOString(),
      };
    },
  });
}

const ranks: Partial<Record<FoundEntry['state']['status'], number>> = { held: 1, paying: 1, standby: 2 };

function byUrgency({ state: a }: FoundEntry, { state: b }: FoundEntry): number {
  const rank = (ranks[a.status] ?? 3) - (ranks[b.status] ?? 3);
  return rank || (ranks[a.status] === 1 ? Date.parse(a.expiresAt!) - Date.parse(b.expiresAt!) : 0);
}

type Row = SummaryRow & { title: string; venue: string; starts_at: Date; time_zone: string | null };

async function entryPresenter(
  { db, eventTimeZone }: { db: Database; eventTimeZone: string },
  entries: readonly FoundEntry[],
): Promise<(entry: FoundEntry) => z.input<typeof ownEntry>> {
  const ids = entries.map(({ dropId }) => dropId);
  const rows: Row[] = await db('drops')
    .join('events', 'events.id', 'drops.event_id')
    .whereIn('drops.id', ids)
    .select(summaryColumns)
    .select('events.title', 'events.venue', 'events.starts_at', 'events.time_zone');
  const rowOf = new Map(rows.map((row) => [row.id, row]));
  const now = Date.now();
  return ({ dropId, state }) => {
    const row = rowOf.get(dropId)!;
    return {
      // `none` and `sold` are not listed.
      ...(state as EntryListed),
      drop: summaryOf(row, now),
      event: {
        id: row.event_id,
        title: row.title,
        venue: row.venue,
        startsAt: row.starts_at.toISOString(),
        timeZone: row.time_zone ?? eventTimeZone,
      },
    };
  };
}

type EntryListed = FoundEntry['state'] & { status: z.input<typeof ownEntry>['status'] };
