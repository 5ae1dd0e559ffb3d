import { randomBytes } from 'node:crypto';
import type { Database } from '../../shared/mysql/connect.ts';
import { endOfSessions } from './user.ts';

/** Sets the password, ends all sessions of the user, and tells the user by mail: one transaction, the caller's. */
export async function setPassword(trx: Database, userId: number, password_hash: string): Promise<void> {
  await trx('users')
    .where({ id: userId })
    .update({ password_hash, sessions_since: endOfSessions(trx) });
  const payload = { userId, key: randomBytes(6).toString('hex') };
  await trx('outbox').insert({ topic: 'password-changed', payload: JSON.stringify(payload) });
}
