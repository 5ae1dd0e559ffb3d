import { loadDrop, loadDrops, type Drop } from '../../shared/drops/drop.ts';
import { phaseOf } from '../../shared/drops/phase.ts';
import type { Database } from '../../shared/mysql/connect.ts';
import { invalid } from '../../shared/tier/check-input.ts';
import { recordAct, type Actor } from '../audit/record-act.ts';
import { recordedTerms } from '../drops/recorded-terms.ts';

/**
 * Makes the drops of an event that is moved to an earlier time close when it starts, and returns their ids. The caller
 * has locked the event, and tells Redis after the commit: an earlier closing time must not reach it before
 * (edit-drop.ts).
 * @throws {Problem} invalid_request if a drop opens later than that, or closes later and `mayClose` is not set
 */
export async function closeByStart(
  trx: Database,
  { eventId, starts, mayClose }: { eventId: number; starts: Date; mayClose: boolean },
  actor: Actor,
): Promise<number[]> {
  const at = starts.getTime();
  await trx('drops').where({ event_id: eventId }).orderBy('id').forUpdate().select('id');
  const late = (await loadDrops(trx, { eventId })).filter((drop) => !drop.cancelled && drop.closesAt > at);
  if (late.some(({ opensAt }) => opensAt >= at)) throw invalid('/startsAt', 'starts_before_opening');
  if (late.length > 0 && !mayClose) throw invalid('/startsAt', 'starts_before_closing');
  for (const drop of late) await closeAt(trx, drop, starts, actor);
  return late.map(({ id }) => id);
}

async function closeAt(trx: Database, drop: Drop, at: Date, actor: Actor): Promise<void> {
  const { id } = drop;
  // As when its organizer edits it: before the opening its terms have a new version, and Redis is stocked again.
  const isScheduled = phaseOf(drop, Date.now()) === 'scheduled';
  await trx('drops')
    .where({ id })
    .update({
      closes_at: at,
      ...(isScheduled && { stocked_at: null, terms_version: trx.raw('terms_version + 1') }),
    });
  await recordAct(trx, actor, {
    act: 'drop_changed',
    subject: { kind: 'drop', id },
    before: recordedTerms(drop),
    after: recordedTerms((await loadDrop(trx, id))!, drop),
  });
}
