import type { Knex } from 'knex';

/** What a second factor is asked for: each row is used once, and is too old after some minutes. */
export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('factor_challenges', (table) => {
    table
      .specificType('id', 'char(64) character set ascii collate ascii_bin')
      .primary()
      .comment('hash of its token');
    table.integer('user_id').unsigned().notNullable();
    table.string('purpose', 20).notNullable();
    table.string('value', 128).notNullable().comment('the WebAuthn challenge, or the secret of a new app');
    table
      .datetime('sessions_since', { precision: 3 })
      .nullable()
      .comment('of its user, when the password was checked');
    table.datetime('made_at', { precision: 3 }).notNullable().index('factor_challenges_by_age');
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTable('factor_challenges');
}
