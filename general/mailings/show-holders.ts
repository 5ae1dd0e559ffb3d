import { idParams } from '../../shared/contract/ids.ts';
import { holderCounts, holderQuery } from '../../shared/contract/mailings.ts';
import type { Deps } from '../deps.ts';
import { requireOwnEvent } from '../events/event.ts';
import { defineRoute, type Route } from '../http/route.ts';
import { countHolders } from './holders.ts';

export function showHolders({ db }: Pick<Deps, 'db'>): Route {
  return defineRoute({
    method: 'GET',
    path: '/api/events/:id/holders',
    summary: 'Count the ticket holders of an event, or of one of its drops',
    tag: 'Events',
    who: ['organizer', 'admin'],
    params: idParams,
    query: holderQuery,
    success: { status: 200, schema: holderCounts, description: 'How many, and what they paid' },
    problems: [],
    async handle({ params: { id }, query: { dropId }, session }) {
      await requireOwnEvent(db, id, session);
      return countHolders(db, { eventId: id, dropId });
    },
  });
}
