import { me } from '../../shared/contract/accounts.ts';
import { Problem } from '../../shared/tier/problems.ts';
import type { Deps } from '../deps.ts';
import { defineRoute, type Route } from '../http/route.ts';
import { presentUser } from './present-user.ts';
import { hasFactor } from './second-factor/factors.ts';
import { needsFactor } from './second-factor/needs-factor.ts';
import { scopeOf, widenCookie } from './session-scope.ts';
import { findUser } from './user.ts';

export function whoAmI(
  deps: Pick<Deps, 'db' | 'sessionKeys' | 'publicUrl' | 'confirmsEmail' | 'secondFactor'>,
): Route {
  return defineRoute({
    method: 'GET',
    path: '/api/auth/me',
    summary: 'Show the user of this session',
    description:
      'If the address was confirmed on another device, the cookie is replaced by one of the same session that may buy.',
    tag: 'Accounts',
    who: 'signed-in',
    scopes: ['tickets'],
    success: { status: 200, schema: me, description: 'The user' },
    problems: [],
    async handle({ session, req, res }) {
      const user = await findUser(deps.db, { id: session.userId });
      if (!user) throw new Problem('not_signed_in');
      const isConfirmed = session.scope === 'unconfirmed' && scopeOf(user, deps.confirmsEmail) === undefined;
      if (isConfirmed) widenCookie({ req, res }, session, deps);
      // What a program's own token may do does not change.
      const isWider = isConfirmed && req.get('authorization') === undefined;
      const isShort =
        session.provenAt === undefined && needsFactor(deps.secondFactor.isCompulsory, user.role);
      const needs = isShort && ({ needs: (await hasFactor(deps.db, user.id)) ? 'proof' : 'factor' } as const);
      return { ...presentUser(user, isWider ? undefined : session.scope), ...needs };
    },
  });
}
