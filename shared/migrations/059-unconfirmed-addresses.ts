import type { Knex } from 'knex';

/**
 * Accounts of before this have no such time, and so have those that the previous version still makes: they count as
 * confirmed.
 */
export async function up(db: Knex): Promise<void> {
  // One statement, since DDL does not roll back.
  await db.raw(`alter table users
    add unconfirmed_since datetime(3) null comment 'null: the e-mail address is confirmed',
    add index users_unconfirmed (unconfirmed_since)`);
}

export async function down(db: Knex): Promise<void> {
  await db.raw('alter table users drop index users_unconfirmed, drop column unconfirmed_since');
}
