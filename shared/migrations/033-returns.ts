import type { Knex } from 'knex';

/** Until when buyers may give seats back, and what the organizer keeps then. Null: they may not. */
export async function up(db: Knex): Promise<void> {
  // One statement, since DDL does not roll back.
  await db.raw(`alter table drops
    add returns_until datetime(3) null,
    add returns_keep_percent tinyint unsigned null`);
}

export async function down(db: Knex): Promise<void> {
  await db.raw('alter table drops drop column returns_until, drop column returns_keep_percent');
}
