/**
 * Removes accounts whose e-mail address was not confirmed for a day, so that the owner of the address can use it. Only
 * accounts that nothing depends on are removed: they have no role, ban, payment or order. It runs where buying needs a
 * confirmed address, since elsewhere such an account may be about to pay.
 */
import { transact, type Database } from '../../shared/mysql/connect.ts';
import type { Log } from '../../shared/tier/log.ts';
import { startLoop, type Loop } from '../../shared/tier/loop.ts';
import { personalColumns } from '../own-data/personal-data.ts';
import { createWorkOff, type Round, type Worked, type WorkOffTimes } from '../../shared/tier/work-off.ts';

const everyMs = 60_000;

type FreeDeps = { db: Database; log: Log; confirmsEmail: boolean };

export function startFreeingAddresses(deps: FreeDeps): Loop {
  return startLoop('free addresses', everyMs, deps.log, createFreeAddresses(deps));
}

export function createFreeAddresses(
  { db, log, confirmsEmail }: FreeDeps,
  times: Partial<WorkOffTimes> = {},
): Round {
  return createWorkOff<{ id: number }>({
    name: 'free addresses',
    log,
    longestPauseMs: 3_600_000,
    ...times,
    page: async (after, limit) =>
      confirmsEmail
        ? unconfirmed(db)
            .where('users.id', '>', after?.id ?? 0)
            .orderBy('users.id')
            .limit(limit)
            .select('users.id')
        : [],
    keyOf: ({ id }) => id,
    work: ({ id }) => removeAccount(db, id),
  });
}

const unconfirmed = (db: Database) =>
  db('users')
    .whereRaw('unconfirmed_since < now(3) - interval 1 day')
    .where({ role: 'shopper', banned_at: null })
    .whereNotExists((orders) => void orders.from('orders').whereRaw('orders.user_id = users.id'))
    .whereNotExists(
      (paid) => void paid.from('payment_attempts').whereRaw('payment_attempts.user_id = users.id'),
    );

/** Tables whose rows go with their user. The rows of sessions stay: every tier reads there that they have ended. */
const ownTables = personalColumns
  .filter(({ column, onDeletion }) => onDeletion === 'deleted' && column.endsWith('.user_id'))
  .map(({ column }) => column.split('.')[0]!)
  .filter((table) => table !== 'sessions');

/** In one transaction: whoever confirms the address meanwhile waits for it, or is found by it. */
async function removeAccount(db: Database, id: number): Promise<Worked> {
  await transact(db, async (trx) => {
    if (!(await unconfirmed(trx).where('users.id', id).forUpdate().first('users.id'))) return;
    // Every tier reads within a second that they have ended.
    await trx('sessions')
      .where({ user_id: id })
      .whereNull('ended_at')
      .update({ ended_at: trx.fn.now(3) });
    for (const table of ownTables) await trx(table).where({ user_id: id }).delete();
    await trx('users').where({ id }).delete();
  });
  return 'done';
}
