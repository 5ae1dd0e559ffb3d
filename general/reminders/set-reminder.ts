import { idParams } from '../../shared/contract/ids.ts';
import { reminder } from '../../shared/contract/notifications.ts';
import type { Database } from '../../shared/mysql/connect.ts';
import { Problem } from '../../shared/tier/problems.ts';
import type { Deps } from '../deps.ts';
import { defineRoute, type Route } from '../http/route.ts';

const path = '/api/drops/:id/reminder';
const ownAffair = { nothing: 'users set their own reminders' };

export function showReminder({ db }: Pick<Deps, 'db'>): Route {
  return defineRoute({
    method: 'GET',
    path,
    summary: 'Tell whether the user is reminded before the drop opens',
    tag: 'Drops',
    who: 'signed-in',
    params: idParams,
    success: { status: 200, schema: reminder, description: 'Whether it is set' },
    problems: [],
    async handle({ params: { id }, session: { userId } }) {
      await findDrop(db, id);
      const row: unknown = await db('reminders').where({ drop_id: id, user_id: userId }).first('drop_id');
      return { set: row !== undefined };
    },
  });
}

export function setReminder({ db }: Pick<Deps, 'db'>): Route {
  return defineRoute({
    method: 'PUT',
    path,
    summary: 'Be reminded about 15 minutes before the drop opens',
    description: 'Over the channels that the user chose. If the opening is moved, the reminder moves too.',
    tag: 'Drops',
    who: 'signed-in',
    params: idParams,
    success: { status: 204, description: 'It is set' },
    problems: ['drop_already_open', 'drop_cancelled'],
    records: ownAffair,
    async handle({ params: { id }, session: { userId } }) {
      const drop = await findDrop(db, id);
      if (drop.cancelled_at) throw new Problem('drop_cancelled');
      if (drop.opens_at <= new Date()) throw new Problem('drop_already_open');
      await db('reminders')
        .insert({ drop_id: id, user_id: userId })
        .onConflict(['drop_id', 'user_id'])
        .ignore();
    },
  });
}

export function removeReminder({ db }: Pick<Deps, 'db'>): Route {
  return defineRoute({
    method: 'DELETE',
    path,
    summary: 'Be reminded no more',
    tag: 'Drops',
    who: 'signed-in',
    params: idParams,
    success: { status: 204, description: 'It is not set' },
    problems: [],
    records: ownAffair,
    async handle({ params: { id }, session: { userId } }) {
      await findDrop(db, id);
      await db('reminders').where({ drop_id: id, user_id: userId }).delete();
    },
  });
}

type DropRow = { id: number; opens_at: Date; cancelled_at: Date | null };

async function findDrop(db: Database, id: number): Promise<DropRow> {
  const drop = await db<DropRow>('drops').where({ id }).first('id', 'opens_at', 'cancelled_at');
  if (!drop) throw new Problem('not_found');
  return drop;
}
