import { firstValidIssue, isKept } from '../../shared/auth/banned-users.ts';
import { sessionSeconds } from '../../shared/auth/session.ts';
import { sessionList } from '../../shared/contract/accounts.ts';
import { Problem } from '../../shared/tier/problems.ts';
import type { Deps } from '../deps.ts';
import { defineRoute, type Route } from '../http/route.ts';
import { originOf, toRow, type SessionRow } from './session-rows.ts';
import { findUser } from './user.ts';

/** More than anybody has devices. Those used last are shown. */
const mostShown = 100;

export function listSessions({ db }: Pick<Deps, 'db'>): Route {
  return defineRoute({
    method: 'GET',
    path: '/api/auth/sessions',
    summary: 'List your sessions, the one used last first',
    description: `At most ${mostShown}. A session ends by itself after ${sessionSeconds / 3600} hours.`,
    tag: 'Accounts',
    who: 'signed-in',
    success: { status: 200, schema: sessionList, description: 'Sessions that are valid' },
    problems: [],
    async handle({ session, req }) {
      const { signInId, userId, issuedAt } = session;
      const user = await findUser(db, { id: userId });
      if (!user) throw new Problem('not_signed_in');
      const first = new Date(firstValidIssue(user) * 1000);
      const rows = await db<SessionRow>('sessions')
        .where({ user_id: userId })
        .whereNull('ended_at')
        .whereRaw('made_at > now() - interval ? second', [sessionSeconds])
        .whereRaw('(made_at >= ? or kept_at is not null)', [first])
        .orderBy('seen_at', 'desc')
        .limit(mostShown);
      const valid = rows.filter(({ made_at, kept_at }) => made_at >= first || isKept(kept_at, user));
      const others = valid.filter(({ sid }) => sid !== signInId).map((row) => present(row, row.seen_at));
      if (signInId === undefined) return { sessions: others };
      // It may have no row yet, and is in use now, which is noted later.
      const known = rows.find(({ sid }) => sid === signInId);
      const own = present(known ?? toRow({ signInId, userId, issuedAt }, originOf(req)), new Date());
      return { sessions: [{ ...own, current: true }, ...others].slice(0, mostShown) };
    },
  });
}

type Shown = Pick<SessionRow, 'sid' | 'made_at' | 'browser' | 'system' | 'address'>;

function present({ sid, made_at, browser, system, address }: Shown, seenAt: Date) {
  return {
    id: sid,
    current: false,
    madeAt: made_at.toISOString(),
    seenAt: seenAt.toISOString(),
    browser,
    system,
    address,
  };
}
