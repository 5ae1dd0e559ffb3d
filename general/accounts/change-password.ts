import { passwordChange, signedIn } from '../../shared/contract/accounts.ts';
import { clientAt } from '../../shared/http/client-address.ts';
import { transact } from '../../shared/mysql/connect.ts';
import { invalid } from '../../shared/tier/check-input.ts';
import { Problem } from '../../shared/tier/problems.ts';
import type { Deps } from '../deps.ts';
import { hungUp } from '../http/hung-up.ts';
import { defineRoute, type Route } from '../http/route.ts';
import { nowInSeconds, renewSession } from './open-session.ts';
import { refuseEasyPassword } from './password-rules.ts';
import { hashPassword } from './passwords.ts';
import { checkPresentPassword } from './present-password.ts';
import { setPassword } from './set-password.ts';
import { findUser } from './user.ts';

export function changePassword(
  deps: Pick<Deps, 'db' | 'bannedUsers' | 'sessionKeys' | 'publicUrl' | 'confirmsEmail'>,
): Route {
  const { db } = deps;
  return defineRoute({
    method: 'POST',
    path: '/api/auth/password',
    summary: 'Change the password; all other sessions of the account end',
    tag: 'Accounts',
    who: 'signed-in',
    body: passwordChange,
    success: { status: 200, schema: signedIn, description: 'A new session, also as a cookie' },
    problems: [],
    records: { nothing: 'users change their own password, which is nobody else’s affair' },
    async handle({ body: { current, next }, session, req, res }) {
      const readAt = nowInSeconds();
      const user = await findUser(db, { id: session.userId });
      if (!user) throw new Problem('not_signed_in');
      const { id, email } = user;
      await checkPresentPassword({ req, res }, user, current);
      refuseEasyPassword(next, email, '/next');
      const turn = { kind: 'sign-in', client: clientAt(req.ip), email, gone: hungUp(res) } as const;
      const hash = await hashPassword(next, turn);
      const isChanged = await transact(db, async (trx) => {
        const known = await trx('users')
          .where({ id, password_hash: user.password_hash })
          .forUpdate()
          .first('id');
        if (known) await setPassword(trx, id, { password_hash: hash });
        return known !== undefined;
      });
      // It was changed meanwhile, so the current one is another.
      if (!isChanged) throw invalid('/current', 'password_wrong');
      return renewSession({ req, res }, id, readAt, deps, session.provenAt);
    },
  });
}
