import { forgotBody } from '../../shared/contract/accounts.ts';
import { clientAt } from '../../shared/http/client-address.ts';
import { Problem } from '../../shared/tier/problems.ts';
import type { Deps } from '../deps.ts';
import { defineRoute, type Route } from '../http/route.ts';
import { requestLink } from './account-links.ts';
import { Attempts } from './attempts.ts';
import { findUser } from './user.ts';

/** Requests of one client in five minutes: enough for many people behind one address. */
const mostOfClient = 60;

export function forgotPassword({ db }: Pick<Deps, 'db'>): Route {
  const asked = new Attempts();
  return defineRoute({
    method: 'POST',
    path: '/api/auth/forgot',
    summary: 'Ask for a link to choose a new password',
    description:
      'The answer is the same whether or not there is an account with this address. A link is mailed at most once a minute and five times a day; it works once, for one hour.',
    tag: 'Accounts',
    who: 'anyone',
    body: forgotBody,
    success: { status: 204, description: 'If there is an account, it gets a mail' },
    problems: [],
    async handle({ body: { email }, req }) {
      const client = clientAt(req.ip);
      const now = performance.now();
      if (asked.count(client, now) >= mostOfClient)
        throw new Problem('too_many_requests', { retryAfter: asked.msLeft(client, now) / 1000 });
      asked.add(client, now);
      const user = await findUser(db, { email });
      await requestLink(db, { email, userId: user?.id, purpose: 'reset' });
    },
  });
}
