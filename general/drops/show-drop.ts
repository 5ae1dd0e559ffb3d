import { drop } from '../../shared/contract/drops.ts';
import { idParams } from '../../shared/contract/ids.ts';
import { loadDrop } from '../../shared/drops/drop.ts';
import { Problem } from '../../shared/tier/problems.ts';
import type { VerifiedSession } from '../../shared/auth/session.ts';
import { currentRole } from '../accounts/user.ts';
import type { Deps } from '../deps.ts';
import { defineRoute, type Route } from '../http/route.ts';
import { createAvailability } from './availability.ts';
import { presentDrop } from './present-drop.ts';

/**
 * The question is shown before the drop opens, so that thinking of an answer costs nobody a seat. The drop's
 * organizer and admins get all questions with their answers, to edit them.
 */
export function showDrop({ db, inventory }: Pick<Deps, 'db' | 'inventory'>): Route {
  const availabilityNow = createAvailability(inventory);
  return defineRoute({
    method: 'GET',
    path: '/api/drops/:id',
    summary: 'Show a drop, and this buyer’s question when signed in',
    tag: 'Drops',
    who: 'anyone',
    params: idParams,
    success: { status: 200, schema: drop, description: 'The drop' },
    problems: [],
    async handle({ params: { id }, session }) {
      const found = await loadDrop(db, id);
      if (!found) throw new Problem('not_found');
      const availability = await availabilityNow(found, Date.now());
      const shown = { ...presentDrop(found, session?.userId, Date.now()), availability };
      // Most requests are from shoppers, for whom no more look-ups are needed.
      const mayEdit = session && (session.role === 'admin' || session.userId === found.organizerId);
      if (!mayEdit || !(await stillMay(session, found.organizerId))) return shown;
      return { ...shown, questions: found.questions };
    },
  });

  /** A session keeps the role it was issued with; the current role decides. */
  async function stillMay({ userId, isUnproven }: VerifiedSession, organizerId: number): Promise<boolean> {
    if (isUnproven) return false;
    const role = await currentRole(db, userId);
    return role === 'admin' || (role === 'organizer' && userId === organizerId);
  }
}
