import { resendRequest, resent } from '../../shared/contract/operations.ts';
import { defineRoute, type Route } from '../http/route.ts';
import { retried } from '../../shared/mysql/connect.ts';
import { recordAct } from '../audit/record-act.ts';
import type { Deps } from '../deps.ts';

/** Messages per call: more would exceed the time limit of a request. */
const maxMessages = 5_000;

export function resendParked({ db, parked, log }: Pick<Deps, 'db' | 'parked' | 'log'>): Route {
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
    records: 'parked_resent',
    async handle({ body, session, actor }) {
      const limit = body?.limit ?? maxMessages;
      // The messages are not in MySQL, so the record comes first: it says what was ordered.
      await retried(db, () =>
        recordAct(db, actor, {
          act: 'parked_resent',
          subject: { kind: 'queue', id: 'parked' },
          before: null,
          after: { limit },
        }),
      );
      const result = await parked.resend(limit);
      log.info({ ...result, admin: session.userId }, 'parked messages resent');
      return result;
    },
  });
}
