import { idParams } from '../../shared/contract/ids.ts';
import { mailing } from '../../shared/contract/mailings.ts';
import { pageOf, pageQuery } from '../../shared/contract/paging.ts';
import { z } from 'zod';
import type { Deps } from '../deps.ts';
import { requireOwnEvent } from '../events/event.ts';
import { cutPage, readCursor } from '../http/cursor.ts';
import { defineRoute, type Route } from '../http/route.ts';
import type { MailingRow } from './mailing-row.ts';
import { presentMailings } from './present-mailing.ts';

export function listMailings({ db }: Pick<Deps, 'db'>): Route {
  return defineRoute({
    method: 'GET',
    path: '/api/events/:id/mailings',
    summary: 'List what ticket holders of an event were written, the newest first',
    tag: 'Events',
    who: ['organizer', 'admin'],
    params: idParams,
    query: z.strictObject(pageQuery),
    success: { status: 200, schema: pageOf(mailing), description: 'Mailings, with how far each is' },
    problems: [],
    async handle({ params: { id }, query: { limit, after }, session }) {
      await requireOwnEvent(db, id, session);
      const cursor = readCursor(after);
      const rows: MailingRow[] = await db<MailingRow>('mailings')
        .where({ event_id: id })
        .modify((query) => {
          if (cursor) void query.whereRaw('(written_at, id) < (?, ?)', [cursor.time, cursor.key]);
        })
        .orderBy([
          { column: 'written_at', order: 'desc' },
          { column: 'id', order: 'desc' },
        ])
        .limit(limit + 1);
      const { page, next } = cutPage(rows, limit, (row) => ({ time: row.written_at, key: String(row.id) }));
      return { items: await presentMailings(db, page), next };
    },
  });
}
