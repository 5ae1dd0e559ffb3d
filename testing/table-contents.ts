import type { Database } from '../shared/mysql/connect.ts';

/**
 * Every row of these tables, to see whether anything has changed. Not by `checksum table`, which may differ for the same
 * rows of a table with a computed column.
 */
export async function contentsOf(
  db: Database,
  tables: readonly string[],
): Promise<Record<string, unknown[]>> {
  const read = tables.map(async (table): Promise<[string, unknown[]]> => [table, await db(table)]);
  return Object.fromEntries(await Promise.all(read));
}

/**
 * Tables that requests of users change, but for those that any request may write: the record of sessions, whose time of use
 * each request can set, and the outbox and audit log, which tests read on their own.
 */
export const tablesOfUsers = [
  'organizer_requests',
  'users',
  'events',
  'drops',
  'drop_questions',
  'announcements',
  'orders',
  'order_seats',
  'sold_seats',
  'payment_attempts',
  'refunds',
  'sellers',
  'payout_accounts',
  'notification_choices',
  'phone_codes',
  'reminders',
  'mailings',
  'order_mails_again',
];
