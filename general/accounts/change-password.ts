import { passwordChange, signedIn } from '../../shared/contract/accounts.ts';
import { clientAt } from '../../shared/http/client-address.ts';
import { transact } from '../../shared/mysql/connect.ts';
import { invalid } from '../../shared/tier/check-input.ts';
import { Problem } from '../../shared/tier/problems.ts';
import type { Deps } from '../deps.ts';
import { hungUp } from '../http/hung-up.ts';
import { defineRoute, type Route } from '../http/route.ts';
import { Attempts } from './attempts.ts';
import { nowInSeconds, renewSession } from './open-session.ts';
import { refuseEasyPassword } from './password-rules.ts';
import { hashPassword, passwordMatches } from './passwords.ts';
import { setPassword } from './set-password.ts';
import { findUser } from './user.ts';

/** Wrong passwords in five minutes. A person who uses a device of somebody else must not find out the password. */
const mostWrong = 10;

export function changePassword(deps: Pick<Deps, 'db' | 'bannedUsers' | 'sessionKeys' | 'publicUrl'>): Route {
  const { db } = deps;
  const wrong = new Attempts();
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
      const now = performance.now();
      // Counted before the comparison, so that many requests at once gain nothing.
      if (wrong.count(email, now) >= mostWrong)
        throw new Problem('too_many_requests', { retryAfter: wrong.msLeft(email, now) / 1000 });
      wrong.add(email, now);
      const turn = { kind: 'sign-in', client: clientAt(req.ip), email, gone: hungUp(res) } as const;
      if (!(await passwordMatches(current, user.password_hash, turn)))
        throw invalid('/current', 'password_wrong');
      wrong.takeBack(email);
      refuseEasyPassword(next, email, '/next');
      const hash = await hashPassword(next, turn);
      const isChanged = await transact(db, async (trx) => {
        const known = await trx('users')
          .where({ id, password_hash: user.password_hash })
          .forUpdate()
          .first('id');
        if (known) await setPassword(trx, id, hash);
        return known !== undefined;
      });
      // It was changed meanwhile, so the current one is another.
      if (!isChanged) throw invalid('/current', 'password_wrong');
      return renewSession({ req, res }, id, readAt, deps);
    },
  });
}
