import { resendRequest, resent } from '../../shared/contract/operations.ts';
import { defineRoute, type Route } from '../http/route.ts';
import type { Deps } from '../deps.ts';

/** Messages per call: more would exceed the time limit of a request. */
const maxMessages = 5_000;

export function resendParked({ parked, log }: Pick<Deps, 'parked' | 'log'>): Route {
  return defineRoute({
    method: 'POST',
    path: '/api/parked/resend',
    summary: 'Resend parked messages to the queues they came from',
    description:
      'Resends all messages, or `limit`. Each is sent at least once, and handling one twice does no harm. A message ' +
      'that fails again is parked again.',
    tag: 'Operations',
    who: ['admin'],
    body: resendRequest,
    success: { status: 200, schema: resent, description: 'Number of messages sent' },
    problems: [],
    async handle({ body, session }) {
      const result = await parked.resend(body?.limit ?? maxMessages);
      log.info({ ...result, admin: session.userId }, 'parked messages resent');
      return result;
    },
  });
}
