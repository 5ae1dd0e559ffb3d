import { Problem } from '../../shared/tier/problems.ts';
import type { Deps } from '../deps.ts';
import { defineRoute, type Route } from '../http/route.ts';
import { requestLink } from './account-links.ts';
import { findUser } from './user.ts';

export function sendConfirmation({ db }: Pick<Deps, 'db'>): Route {
  return defineRoute({
    method: 'POST',
    path: '/api/auth/confirm/send',
    summary: 'Have the link to confirm your e-mail address sent again',
    description:
      'The answer is the same whether or not a mail is sent: at most one a minute and five a day, and none if the address is confirmed. A link works once, for a day.',
    tag: 'Accounts',
    who: 'signed-in',
    success: { status: 204, description: 'If a mail was due, it is on its way' },
    problems: [],
    records: { nothing: 'users confirm their own address' },
    async handle({ session }) {
      const user = await findUser(db, { id: session.userId });
      if (!user) throw new Problem('not_signed_in');
      const { id, email, unconfirmed_since } = user;
      if (unconfirmed_since !== null) await requestLink(db, { email, userId: id, purpose: 'confirm' });
    },
  });
}
