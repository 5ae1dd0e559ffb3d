import { drop as dropSchema } from '../../shared/contract/drops.ts';
import { idParams } from '../../shared/contract/ids.ts';
import { loadDrop } from '../../shared/drops/drop.ts';
import { phaseOf } from '../../shared/drops/phase.ts';
import { transact } from '../../shared/mysql/connect.ts';
import { Problem } from '../../shared/tier/problems.ts';
import { recordAct, type Actor } from '../audit/record-act.ts';
import type { Deps } from '../deps.ts';
import { requireOwner } from '../events/owner.ts';
import { defineRoute, type Route } from '../http/route.ts';
import { presentDrop } from './present-drop.ts';

type PauseDeps = Pick<Deps, 'db' | 'log'>;

/** New entries are refused within half a second; entries accepted before are still decided. */
export function pauseDrop(deps: PauseDeps): Route {
  return defineRoute({
    ...facts,
    path: '/api/drops/:id/pause',
    summary: 'Pause a drop: accept no entries for now',
    description:
      'Holds, checkout and promotions from standby continue. A drop that is not open yet opens paused. ' +
      'Safe to repeat.',
    success: { status: 200, schema: dropSchema, description: 'The paused drop' },
    records: 'drop_paused',
    handle: ({ params: { id }, actor }) => setPaused(deps, id, true, actor),
  });
}

export function resumeDrop(deps: PauseDeps): Route {
  return defineRoute({
    ...facts,
    path: '/api/drops/:id/resume',
    summary: 'Resume a paused drop',
    description: 'Safe to repeat.',
    success: { status: 200, schema: dropSchema, description: 'The drop as it is now' },
    records: 'drop_resumed',
    handle: ({ params: { id }, actor }) => setPaused(deps, id, false, actor),
  });
}

const facts = {
  method: 'POST',
  tag: 'Drops',
  who: ['organizer', 'admin'],
  params: idParams,
  problems: ['drop_closed', 'drop_cancelled'],
} as const;

async function setPaused({ db, log }: PauseDeps, id: number, paused: boolean, actor: Actor) {
  const now = Date.now();
  await transact(db, async (trx) => {
    await trx('drops').where({ id }).forUpdate().first('id');
    const found = await loadDrop(trx, id);
    if (!found) throw new Problem('not_found');
    requireOwner(actor, found.organizerId);
    const phase = phaseOf(found, now);
    if (phase === 'cancelled') throw new Problem('drop_cancelled');
    if (phase === 'closed') throw new Problem('drop_closed');
    if (found.paused === paused) return;
    await trx('drops')
      .where({ id })
      .update({ paused_at: paused ? new Date(now) : null });
    await recordAct(trx, actor, {
      act: paused ? 'drop_paused' : 'drop_resumed',
      subject: { kind: 'drop', id },
      before: { paused: !paused },
      after: { paused },
    });
    log.info({ dropId: id, userId: actor.userId }, paused ? 'paused' : 'resumed');
  });
  const changed = await loadDrop(db, id);
  return presentDrop(changed!, actor.userId, Date.now());
}
