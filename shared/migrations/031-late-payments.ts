import type { Knex } from 'knex';

/** When the provider is asked again about an attempt that has ended, since it may have been paid late. */
export async function up(db: Knex): Promise<void> {
  // One statement, since DDL does not roll back.
  await db.raw(`alter table payment_attempts
    add ask_at datetime(3) null comment 'null: its provider can cancel, or it was asked often enough',
    add index payment_attempts_ask_again (provider, ask_at, hold_id, attempt)`);
}

export async function down(db: Knex): Promise<void> {
  await db.raw('alter table payment_attempts drop index payment_attempts_ask_again, drop column ask_at');
}
