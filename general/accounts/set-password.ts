import { randomBytes } from 'node:crypto';
import type { Database } from '../../shared/mysql/connect.ts';
import { endAllSessions } from './user.ts';

/** Sets the password, ends all sessions of the user, and tells the user by mail: one transaction, the caller's. */
export async function setPassword(trx: Database, userId: number, password_hash: string): Promise<void> {
  await endAllSessions(trx, userId, { password_hash });
  const payload = { userId, key: randomBytes(6).toString('hex') };
  await trx('outbox').insert({ topic: 'password-changed', payload: JSON.stringify(payload) });
}
