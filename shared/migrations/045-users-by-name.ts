import type { Knex } from 'knex';

/** Indexes for finding buyers by the beginning of their name, or of its last word. */
export async function up(db: Knex): Promise<void> {
  // One statement, since DDL does not roll back.
  await db.raw(`alter table users
    add last_name varchar(100) as (substring_index(name, ' ', -1)) virtual,
    add index users_by_name (name),
    add index users_by_last_name (last_name)`);
}

export async function down(db: Knex): Promise<void> {
  await db.raw(
    `alter table users drop index users_by_last_name, drop index users_by_name, drop column last_name`,
  );
}
