import type { Knex } from 'knex';

/**
 * A deleted user keeps the row to which orders refer, without name and address (docs/decisions/052). The previous version
 * shows such a user by that row, and nobody can sign in to it.
 */
export async function up(db: Knex): Promise<void> {
  // One statement, since DDL does not roll back.
  await db.raw(`alter table users
    add deleted_at datetime(3) null,
    add erased_at datetime(3) null comment 'what was kept for a time is gone too since',
    add index users_deleted (deleted_at, erased_at)`);
}

export async function down(db: Knex): Promise<void> {
  await db.raw('alter table users drop index users_deleted, drop column erased_at, drop column deleted_at');
}
