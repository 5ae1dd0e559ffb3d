import type { Knex } from 'knex';

/**
 * `sessions_since`: when the user was last banned, or a ban was lifted. Earlier sessions stay invalid after the ban.
 * The previous version does not write it; its bans count by `banned_at` while they last.
 */
export async function up(db: Knex): Promise<void> {
  await db.schema.alterTable('users', (table) => {
    table.datetime('sessions_since', { precision: 3 }).nullable().index('users_sessions_since');
  });
  await db('users')
    .whereNotNull('banned_at')
    .update({ sessions_since: db.ref('banned_at') });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.alterTable('users', (table) => table.dropColumn('sessions_since'));
}
