import { entryAccepted, newEntry } from '../../shared/contract/entries.ts';
import { idParams } from '../../shared/contract/ids.ts';
import type { DocumentedRoute } from '../http/route.ts';

/** Routes that the front door sends to other tiers. Callers see one API. */
export const documentedElsewhere: DocumentedRoute[] = [
  {
    method: 'POST',
    path: '/api/drops/:id/entries',
    summary: 'Enter a drop',
    description:
      'Answered 202 once the entry is durably queued. Its one outcome is sent over the socket and is shown by ' +
      '`GET /api/drops/{id}/entry`.',
    tag: 'Entries',
    who: 'signed-in',
    params: idParams,
    body: newEntry,
    success: { status: 202, schema: entryAccepted, description: 'The entry is queued' },
    problems: [
      'wrong_answer',
      'wrong_question',
      'email_not_confirmed',
      'drop_not_open',
      'drop_paused',
      'drop_closed',
      'drop_cancelled',
      'drop_sold_out',
      'hold_lapsed',
    ],
  },
];
