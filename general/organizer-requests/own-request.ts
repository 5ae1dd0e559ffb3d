import { newOrganizerRequest, ownOrganizerRequest } from '../../shared/contract/organizer-requests.ts';
import { transact } from '../../shared/mysql/connect.ts';
import { Problem } from '../../shared/tier/problems.ts';
import { findUser, type UserRow } from '../accounts/user.ts';
import type { Deps } from '../deps.ts';
import { defineRoute, type Route } from '../http/route.ts';
import { lastRequestOf, presentOwn, whenMayAsk } from './request-rows.ts';

const path = '/api/me/organizer-request';

export function showOwnRequest({ db }: Pick<Deps, 'db'>): Route {
  return defineRoute({
    method: 'GET',
    path,
    summary: 'Show your last request to become an organizer, and from when you may ask again',
    tag: 'Accounts',
    who: 'signed-in',
    success: { status: 200, schema: ownOrganizerRequest, description: 'The request and its state' },
    problems: [],
    async handle({ session }) {
      const user = await findUser(db, { id: session.userId });
      if (!user) throw new Problem('not_signed_in');
      return presentOwn(await lastRequestOf(db, user.id), user.role);
    },
  });
}

export function askToOrganize({ db }: Pick<Deps, 'db'>): Route {
  return defineRoute({
    method: 'POST',
    path,
    summary: 'Ask to become an organizer; an admin decides',
    description: 'One request at a time. After a declined one there is a wait of a week.',
    tag: 'Accounts',
    who: 'signed-in',
    body: newOrganizerRequest,
    success: {
      status: 201,
      schema: ownOrganizerRequest,
      description: 'The request, which waits for an admin',
    },
    problems: ['email_not_confirmed', 'already_organizer', 'request_open', 'request_too_soon'],
    records: { nothing: 'the request is a row of its own, and what an admin decides is recorded' },
    handle: ({ body: { text }, session: { userId, scope } }) =>
      transact(db, async (trx) => {
        // The row is locked: of two requests at once, the second finds the first.
        const user = await trx<UserRow>('users')
          .where({ id: userId })
          .whereNull('deleted_at')
          .forUpdate()
          .first();
        if (!user) throw new Problem('not_signed_in');
        // An admin knows who asks by the address alone.
        if (scope === 'unconfirmed') throw new Problem('email_not_confirmed');
        if (user.role !== 'shopper') throw new Problem('already_organizer');
        const { mayAsk, from } = whenMayAsk(await lastRequestOf(trx, userId));
        if (!from) throw new Problem('request_open');
        if (!mayAsk) throw new Problem('request_too_soon', { extensions: { mayAskAt: from.toISOString() } });
        await trx('organizer_requests').insert({ user_id: userId, text });
        return presentOwn(await lastRequestOf(trx, userId), user.role);
      }),
  });
}
