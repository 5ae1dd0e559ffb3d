import {
  organizerAcceptance,
  organizerRefusal,
  organizerRequest,
} from '../../shared/contract/organizer-requests.ts';
import { idParams } from '../../shared/contract/ids.ts';
import { transact } from '../../shared/mysql/connect.ts';
import { Problem } from '../../shared/tier/problems.ts';
import { lockUser, toAccount } from '../accounts/user.ts';
import { recordAct, type Actor } from '../audit/record-act.ts';
import type { Deps } from '../deps.ts';
import { defineRoute, type Route } from '../http/route.ts';
import { presentRequest, type RequestRow } from './request-rows.ts';

const facts = {
  method: 'POST',
  tag: 'Accounts',
  who: ['admin'],
  params: idParams,
  success: { status: 200, schema: organizerRequest, description: 'The request, decided' },
  problems: ['request_decided'],
} as const;

export function acceptOrganizer({ db }: Pick<Deps, 'db'>): Route {
  return defineRoute({
    ...facts,
    path: '/api/organizer-requests/:id/accept',
    summary: 'Make the user of a request an organizer',
    description: 'Permissions change at once, in sessions that are open too. The user is told by mail.',
    body: organizerAcceptance,
    records: 'organizer_accepted',
    handle: ({ params: { id }, body: { reason }, actor }) =>
      decide(db, actor, { id, status: 'accepted', reason: reason === '' ? null : (reason ?? null) }),
  });
}

export function declineOrganizer({ db }: Pick<Deps, 'db'>): Route {
  return defineRoute({
    ...facts,
    path: '/api/organizer-requests/:id/decline',
    summary: 'Decline a request to become an organizer',
    description: 'The user is told the reason by mail, and may ask again after a week.',
    body: organizerRefusal,
    records: 'organizer_declined',
    handle: ({ params: { id }, body: { reason }, actor }) =>
      decide(db, actor, { id, status: 'declined', reason }),
  });
}

type Decision = { id: number; status: 'accepted' | 'declined'; reason: string | null };

/** The role, the request, the record and the mail: one transaction. */
function decide(db: Deps['db'], actor: Actor, { id, status, reason }: Decision) {
  return transact(db, async (trx) => {
    const requested = await trx<RequestRow>('organizer_requests').where({ id }).first();
    if (!requested) throw new Problem('not_found');
    // The user first, as everywhere else, so that two transactions do not wait for each other.
    const user = await lockUser(trx, requested.user_id);
    const request = await trx<RequestRow>('organizer_requests').where({ id }).forUpdate().first();
    if (!request) throw new Problem('not_found');
    if (request.status !== 'open') throw new Problem('request_decided');
    if (status === 'accepted' && user.banned_at !== null)
      throw new Problem('not_allowed', { detail: 'This user is banned: lift the ban first' });
    // An admin who asked before they became one stays admin.
    const role = status === 'accepted' && user.role === 'shopper' ? 'organizer' : user.role;
    const decided = { status, reason, decided_at: new Date(), decided_by: actor.userId };
    await trx('organizer_requests').where({ id }).update(decided);
    await trx('users').where({ id: user.id }).update({ role });
    await recordAct(trx, actor, {
      act: status === 'accepted' ? 'organizer_accepted' : 'organizer_declined',
      subject: { kind: 'user', id: user.id },
      before: { role: user.role, request: 'open' },
      after: { role, request: status, ...(reason !== null && { reason }) },
    });
    const topic = status === 'accepted' ? 'organizer-accepted' : 'organizer-declined';
    await trx('outbox').insert({ topic, payload: JSON.stringify({ requestId: id }) });
    return { ...presentRequest({ ...request, ...decided }), user: toAccount({ ...user, role }) };
  });
}
