import type { z } from 'zod';
import { auditQuery, auditRecord } from '../../shared/contract/audit.ts';
import { pageOf } from '../../shared/contract/paging.ts';
import { fromJson } from '../../shared/drops/drop.ts';
import type { Database } from '../../shared/mysql/connect.ts';
import { findUser } from '../accounts/user.ts';
import type { Deps } from '../deps.ts';
import { cutPage, following, readCursor, type Cursor } from '../http/cursor.ts';
import { defineRoute, type Route } from '../http/route.ts';
import type { RecordedFields } from './record-act.ts';

export function listActs({ reader }: Pick<Deps, 'reader'>): Route {
  return defineRoute({
    method: 'GET',
    path: '/api/audit',
    summary: 'List acts of organizers and admins, the newest first',
    description:
      'Filters are combined: only records that match all of them are listed. Check-ins are not among them: ' +
      'each has a record of its own, with who checked the ticket in and who undid that.',
    tag: 'Operations',
    who: ['admin'],
    query: auditQuery,
    success: { status: 200, schema: pageOf(auditRecord), description: 'Records' },
    problems: [],
    async handle({ query: { limit, after, email, ...filter }, session }) {
      return reader.read(session, async (db) => {
        const actors = await actorsMeant(db, filter.actor, email);
        const rows: ActRow[] = await actsQuery(db, { ...filter, actors }, limit + 1, readCursor(after));
        const { page, next } = cutPage(rows, limit, (row) => ({ time: row.acted_at, key: String(row.id) }));
        return { items: await present(db, page), next };
      });
    },
  });
}

type ActRow = {
  id: number;
  acted_at: Date;
  actor_id: number;
  actor_role: string;
  act: string;
  subject_kind: string;
  subject_id: string;
  was: string | RecordedFields | null;
  became: string | RecordedFields | null;
  address: string;
  request_id: string;
};

/** The actors that match both; undefined: all. */
async function actorsMeant(
  db: Database,
  actor: number | undefined,
  email: string | undefined,
): Promise<number[] | undefined> {
  if (email === undefined) return actor === undefined ? undefined : [actor];
  const user = await findUser(db, { email });
  return user && (actor ?? user.id) === user.id ? [user.id] : [];
}

type Filter = Pick<z.output<typeof auditQuery>, 'act' | 'subject' | 'from' | 'until'> & {
  actors?: readonly number[] | undefined;
};

/** Tests explain it: each filter has an index that is in the order of the list. */
export function actsQuery(
  db: Database,
  { actors, act, subject, from, until }: Filter,
  limit: number,
  cursor?: Cursor,
) {
  return db('audit_log')
    .modify((query) => {
      if (actors) void query.whereIn('actor_id', actors);
      if (act !== undefined) void query.where({ act });
      if (subject !== undefined) {
        const [kind = '', id = ''] = subject.split(':');
        void query.where({ subject_kind: kind, subject_id: id });
      }
      if (from !== undefined) void query.where('acted_at', '>=', new Date(from));
      if (until !== undefined) void query.where('acted_at', '<', new Date(until));
      if (!cursor) return;
      following('desc', { acted_at: cursor.time, id: Number.parseInt(cursor.key, 10) || 0 })(query);
    })
    .orderBy([
      { column: 'acted_at', order: 'desc' },
      { column: 'id', order: 'desc' },
    ])
    .limit(limit)
    .select('*');
}

async function present(db: Database, rows: readonly ActRow[]): Promise<z.input<typeof auditRecord>[]> {
  const names = await readNames(db, rows);
  return rows.map((row) => {
    const actor = names.users.get(row.actor_id);
    const name = names.ofSubject(row);
    return {
      id: row.id,
      at: row.acted_at.toISOString(),
      actor: { id: row.actor_id, ...actor, role: row.actor_role },
      act: row.act,
      subject: { kind: row.subject_kind, id: row.subject_id, ...(name !== undefined && { name }) },
      before: row.was === null ? null : fromJson(row.was),
      after: row.became === null ? null : fromJson(row.became),
      address: row.address,
      requestId: row.request_id,
    };
  });
}

/** The present names of the users, events and drops of these rows, by three queries. */
async function readNames(db: Database, rows: readonly ActRow[]) {
  const ids = (kind: string) =>
    rows.filter(({ subject_kind }) => subject_kind === kind).map(({ subject_id }) => Number(subject_id));
  const [users, events, drops] = (await Promise.all([
    db('users')
      .whereIn('id', [...ids('user'), ...rows.map(({ actor_id }) => actor_id)])
      .select('id', 'name', 'email'),
    db('events').whereIn('id', ids('event')).select('id', 'title'),
    db('drops')
      .join('events', 'events.id', 'drops.event_id')
      .whereIn('drops.id', ids('drop'))
      .select('drops.id', 'events.title'),
  ])) as [
    { id: number; name: string; email: string }[],
    { id: number; title: string }[],
    { id: number; title: string }[],
  ];
  const byId = new Map(users.map(({ id, name, email }) => [id, { name, email }]));
  const titles = {
    event: new Map(events.map(({ id, title }) => [id, title])),
    drop: new Map(drops.map(({ id, title }) => [id, title])),
  };
  return {
    users: byId,
    ofSubject({ subject_kind: kind, subject_id }: ActRow): string | undefined {
      const id = Number(subject_id);
      if (kind === 'user') return byId.get(id)?.email;
      return kind === 'event' || kind === 'drop' ? titles[kind].get(id) : undefined;
    },
  };
}
