import { resendRequest, resent } from '../../shared/contract/operations.ts';
import { defineRoute, type Route } from '../http/route.ts';
import type { Deps } from '../deps.ts';

/** Messages sent in one call at the most: more would take longer than a request may. */
const most = 5_000;

export function resendParked({ parked, log }: Pick<Deps, 'parked' | 'log'>): Route {
  return defineRoute({
    method: 'POST',
    path: '/api/parked/resend',
    summary: 'Send parked messages back to where they came from',
    description:
      'All of them, or `limit`. Each is sent at least once, and handling one twice does no harm. What cannot be ' +
      'handled now either is parked again.',
    tag: 'Operations',
    who: ['admin'],
    body: resendRequest,
    success: { status: 200, schema: resent, description: 'How many were sent' },
    problems: [],
    async handle({ body, session }) {
      const result = await parked.resend(body?.limit ?? most);
      log.info({ ...result, admin: session.userId }, 'parked messages sent again');
      return result;
    },
  });
}
