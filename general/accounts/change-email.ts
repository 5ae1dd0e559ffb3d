import { emailChange } from '../../shared/contract/accounts.ts';
import { invalid } from '../../shared/tier/check-input.ts';
import { Problem } from '../../shared/tier/problems.ts';
import type { Deps } from '../deps.ts';
import { defineRoute, type Route } from '../http/route.ts';
import { requestLink } from './account-links.ts';
import { checkPresentPassword } from './present-password.ts';
import { findUser } from './user.ts';

export function changeEmail({ db }: Pick<Deps, 'db'>): Route {
  return defineRoute({
    method: 'POST',
    path: '/api/auth/email',
    summary: 'Ask to change the e-mail address of your account',
    description:
      'A link is mailed to the new address; it works once, for one hour, in a session of this account (POST /api/auth/confirm). The present address is told at once, and again after the change. The answer is the same if the new address has an account; then the mail tells its owner so. One mail a minute and five a day to an address, and five a day of an account.',
    tag: 'Accounts',
    who: 'signed-in',
    body: emailChange,
    success: { status: 204, description: 'Both addresses get a mail' },
    problems: [],
    records: { nothing: 'users change their own address' },
    async handle({ body: { current, email }, session, req, res }) {
      const user = await findUser(db, { id: session.userId });
      if (!user) throw new Problem('not_signed_in');
      await checkPresentPassword({ req, res }, user, current);
      if (email === user.email) throw invalid('/email', 'email_unchanged');
      await requestLink(db, { email, userId: user.id, purpose: 'email', told: user.email });
    },
  });
}
