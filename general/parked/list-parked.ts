import { parkedMessages, parkedQuery } from '../../shared/contract/operations.ts';
import { defineRoute, type Route } from '../http/route.ts';
import type { Deps } from '../deps.ts';

export function listParked({ parked }: Pick<Deps, 'parked'>): Route {
  return defineRoute({
    method: 'GET',
    path: '/api/parked',
    summary: 'List parked messages: those that could not be handled',
    description: 'The messages stay parked.',
    tag: 'Operations',
    who: ['admin'],
    query: parkedQuery,
    success: { status: 200, schema: parkedMessages, description: 'Messages, the oldest first' },
    problems: [],
    handle: ({ query: { limit } }) => parked.peek(limit),
  });
}
