/**
 * Reminds users who asked for it before a drop opens. Every process of this tier runs this duty. A portion of the
 * reminders of a drop is marked in the transaction that writes their news, so each is written once for each opening;
 * if the opening is moved after that, it is written again with the new time.
 */
import { startLoop, type Loop } from '../../shared/tier/loop.ts';
import { createWorkOff, type Round } from '../../shared/tier/work-off.ts';
import { transact, type Database } from '../../shared/mysql/connect.ts';
import type { Log } from '../../shared/tier/log.ts';
import { notify } from '../notifications/notify.ts';

type RemindDeps = { db: Database; log: Log };
type Opening = { id: number; opens_at: Date };

const remindedBeforeMinutes = 15;
/** Reminders in one transaction. */
const portion = 500;

export function startReminding(deps: RemindDeps, everyMs = 10_000): Loop {
  return startLoop('remind of openings', everyMs, deps.log, createReminding(deps));
}

export function createReminding({ db, log }: RemindDeps): Round {
  return createWorkOff<Opening>({
    name: 'remind of openings',
    log,
    page: (after, limit) => openingSoon(db, after, limit),
    keyOf: ({ id }) => id,
    async work(opening) {
      while ((await remindPortion(db, opening)) === portion);
      return 'done';
    },
  });
}

function openingSoon(db: Database, after: Opening | undefined, limit: number): Promise<Opening[]> {
  return db<Opening & { cancelled_at: Date | null }>('drops')
    .whereNull('cancelled_at')
    .whereRaw('opens_at > now(3)')
    .whereRaw('opens_at <= now(3) + interval ? minute', [remindedBeforeMinutes])
    .where('id', '>', after?.id ?? 0)
    .orderBy('id')
    .limit(limit)
    .select('id', 'opens_at');
}

/** Returns how many were written. Another process works on other rows at the same time. */
function remindPortion(db: Database, { id, opens_at }: Opening): Promise<number> {
  return transact(db, async (trx) => {
    const rows: { user_id: number }[] = await trx('reminders')
      .where({ drop_id: id })
      .where((untold) => void untold.whereNull('told_for').orWhereNot({ told_for: opens_at }))
      .limit(portion)
      .forUpdate()
      .skipLocked()
      .select('user_id');
    if (rows.length === 0) return 0;
    const userIds = rows.map(({ user_id }) => user_id);
    const at = opens_at.getTime();
    await notify(
      trx,
      userIds.map((userId) => ({
        topic: 'sale-opens' as const,
        payload: { userId, dropId: id, key: `${id}.${userId}.${at}`, at },
      })),
    );
    await trx('reminders').where({ drop_id: id }).whereIn('user_id', userIds).update({ told_for: opens_at });
    return rows.length;
  });
}
