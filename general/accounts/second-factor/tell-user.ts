import { randomBytes } from 'node:crypto';
import type { AccountMailJob } from '../../../lambda/send-email/account-mail-job.ts';
import type { Database } from '../../../shared/mysql/connect.ts';

/** Not those with a link, nor those to an address that is not that of the user. */
type Topic = Exclude<
  AccountMailJob['about'],
  | 'password-forgotten'
  | 'confirm-email'
  | 'email-change'
  | 'email-taken'
  | 'email-change-asked'
  | 'email-changed'
>;

/** Puts a mail about the account into the outbox, in the transaction of what it is about. */
export async function tellUser(trx: Database, topic: Topic, userId: number): Promise<void> {
  const payload = { userId, key: randomBytes(6).toString('hex') };
  await trx('outbox').insert({ topic, payload: JSON.stringify(payload) });
}
