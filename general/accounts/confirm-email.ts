import { randomBytes } from 'node:crypto';
import type { Request } from 'express';
import { confirmBody, confirmed } from '../../shared/contract/accounts.ts';
import type { VerifiedSession } from '../../shared/auth/session.ts';
import { isDuplicateKey, transact, type Database } from '../../shared/mysql/connect.ts';
import { Problem } from '../../shared/tier/problems.ts';
import type { Deps } from '../deps.ts';
import { defineRoute, type Route } from '../http/route.ts';
import { endLink, endLinksOf, type EndedLink } from './account-links.ts';
import { verifyLink } from './link-token.ts';
import { widenCookie } from './session-scope.ts';
import { exemptSession, originOf } from './session-rows.ts';
import { endAllSessions, lockUser } from './user.ts';

export function confirmEmail(deps: Pick<Deps, 'db' | 'bannedUsers' | 'sessionKeys' | 'publicUrl'>): Route {
  const { db, bannedUsers, sessionKeys } = deps;
  return defineRoute({
    method: 'POST',
    path: '/api/auth/confirm',
    summary: 'Confirm an e-mail address with the link from a mail',
    description:
      'The cookie of a session of this user is replaced by one that may buy; `GET /api/auth/me` does so for other sessions, and a program that sends its token itself signs in again. A link to a changed address needs a session of the user who asked for it. It changes the address, and ends all other sessions and all links of the account.',
    tag: 'Accounts',
    who: 'anyone',
    body: confirmBody,
    success: { status: 200, schema: confirmed, description: 'The address is confirmed' },
    problems: ['link_not_valid', 'not_signed_in'],
    records: { nothing: 'users confirm their own address' },
    async handle({ body: { token }, session, req, res }) {
      const link = verifyLink(token, ['confirm', 'email'], sessionKeys);
      if (!link) throw new Problem('link_not_valid');
      // Whoever got the mail by a slip in the address must not get the account with it.
      if (link.purpose === 'email' && !session) throw new Problem('not_signed_in');
      const { userId, email } = await transact(db, async (trx) => {
        const ended = await endLink(trx, link);
        if (link.purpose === 'email') await changeAddress(trx, ended, { session, req });
        else await trx('users').where({ id: ended.userId }).update({ unconfirmed_since: null });
        return ended;
      });
      if (link.purpose === 'email') await bannedUsers.refresh();
      if (session?.userId === userId) widenCookie({ req, res }, session, deps);
      return { email };
    },
  });
}

/** @throws {Problem} link_not_valid also if the address has got another account since: its owner knows, others need not */
async function changeAddress(
  trx: Database,
  { userId, email }: EndedLink,
  { session, req }: { session: VerifiedSession | undefined; req: Request },
): Promise<void> {
  if (session?.userId !== userId) throw new Problem('link_not_valid');
  const { email: oldEmail } = await lockUser(trx, userId);
  await endAllSessions(trx, userId, { email, unconfirmed_since: null }).catch((error: unknown) => {
    throw isDuplicateKey(error, 'users_email') ? new Problem('link_not_valid', { cause: error }) : error;
  });
  await exemptSession(trx, session, originOf(req));
  await endLinksOf(trx, userId);
  const payload = { userId, key: randomBytes(6).toString('hex'), to: oldEmail };
  await trx('outbox').insert({ topic: 'email-changed', payload: JSON.stringify(payload) });
}
