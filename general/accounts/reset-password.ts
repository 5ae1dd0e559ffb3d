import { resetBody, signedIn } from '../../shared/contract/accounts.ts';
import { secondStep } from '../../shared/contract/second-factor.ts';
import { clientAt } from '../../shared/http/client-address.ts';
import { transact } from '../../shared/mysql/connect.ts';
import { Problem } from '../../shared/tier/problems.ts';
import type { Deps } from '../deps.ts';
import { hungUp } from '../http/hung-up.ts';
import { defineRoute, Otherwise, type Route } from '../http/route.ts';
import { endLink, findLink } from './account-links.ts';
import { verifyLink } from './link-token.ts';
import { nowInSeconds, renewSession } from './open-session.ts';
import { refuseEasyPassword } from './password-rules.ts';
import { hashPassword } from './passwords.ts';
import { askForFactor } from './second-factor/ask-for-factor.ts';
import { setPassword } from './set-password.ts';
import { findUser } from './user.ts';

export function resetPassword(
  deps: Pick<Deps, 'db' | 'bannedUsers' | 'sessionKeys' | 'publicUrl' | 'confirmsEmail'>,
): Route {
  const { db, sessionKeys, bannedUsers } = deps;
  return defineRoute({
    method: 'POST',
    path: '/api/auth/reset',
    summary: 'Choose a new password with the link from a mail, and sign in',
    description:
      'Ends all other sessions of the account, and all other links to a new password. The e-mail address counts as confirmed. Who has a second factor is asked for it.',
    tag: 'Accounts',
    who: 'anyone',
    body: resetBody,
    success: { status: 200, schema: signedIn, description: 'A session, also as a cookie' },
    otherwise: [
      { status: 202, schema: secondStep, description: 'The password is set; prove the second factor' },
    ],
    problems: ['link_not_valid'],
    async handle({ body: { token, password }, req, res }) {
      const readAt = nowInSeconds();
      const link = verifyLink(token, ['reset'], sessionKeys);
      const userId = link && (await findLink(db, link));
      const user = userId && (await findUser(db, { id: userId }));
      if (!link || !user) throw new Problem('link_not_valid');
      const { id, email } = user;
      refuseEasyPassword(password, email, '/password');
      const turn = { kind: 'sign-in', client: clientAt(req.ip), email, gone: hungUp(res) } as const;
      const hash = await hashPassword(password, turn);
      await transact(db, async (trx) => {
        await endLink(trx, link);
        // The link has come to the address, so it is confirmed too.
        await setPassword(trx, id, { password_hash: hash, unconfirmed_since: null });
      });
      const changed = await findUser(db, { id });
      const asked = changed && (await askForFactor(deps, changed, 'sign-in'));
      await bannedUsers.refresh();
      if (asked) return new Otherwise({ status: 202, body: asked });
      return renewSession({ req, res }, id, readAt, deps);
    },
  });
}
