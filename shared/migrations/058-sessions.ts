import type { Knex } from 'knex';

/**
 * Sign-ins, by the `sid` of their tokens. The previous version writes no rows, so a session may have none. Rows are
 * removed once their tokens have expired.
 */
export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('sessions', (table) => {
    // Upper and lower case differ in a sid.
    table.specificType('sid', 'varchar(32) character set ascii collate ascii_bin').primary();
    table.integer('user_id').unsigned().notNullable().index('sessions_of_user');
    table.datetime('made_at').notNullable().index('sessions_by_age').comment('the `iat` of the token');
    table.datetime('seen_at', { precision: 3 }).notNullable().comment('to the hour');
    table.string('browser', 40).nullable().comment('null: not known');
    table.string('system', 40).nullable().comment('null: not known');
    table.string('address', 45).notNullable().comment('IPv4 address, or network of an IPv6 address');
    table.datetime('ended_at', { precision: 3 }).nullable().index('sessions_by_end');
    table
      .datetime('kept_at', { precision: 3 })
      .nullable()
      .index('sessions_by_keeping')
      .comment('the `sessions_since` of its user that does not concern this session');
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTable('sessions');
}
