import { announcements } from '../../shared/contract/announcements.ts';
import { idParams } from '../../shared/contract/ids.ts';
import { readAnnouncements } from '../../shared/drops/announcements.ts';
import { Problem } from '../../shared/tier/problems.ts';
import type { Deps } from '../deps.ts';
import { sayPublic } from '../http/public-answer.ts';
import { defineRoute, type Route } from '../http/route.ts';

export function listAnnouncements({ db }: Pick<Deps, 'db'>): Route {
  return defineRoute({
    method: 'GET',
    path: '/api/drops/:id/announcements',
    summary: 'List what the organizer announced in a drop',
    description:
      'Up to two seconds old: how the drop stands says how many there are, and the socket tells each when it is made.',
    tag: 'Drops',
    who: 'anyone',
    params: idParams,
    success: { status: 200, schema: announcements, description: 'All of them' },
    problems: [],
    async handle({ params: { id }, res }) {
      const drop = await db<{ id: number; announcements: number }>('drops')
        .where({ id })
        .first('announcements');
      if (!drop) throw new Problem('not_found');
      sayPublic(res);
      const made = drop.announcements === 0 ? [] : await readAnnouncements(db, id);
      return { announcements: made.toReversed() };
    },
  });
}
