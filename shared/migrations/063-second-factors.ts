import type { Knex } from 'knex';

/** One row a user: the authenticator app, the recovery codes, and the wrong codes, which are counted for both. */
export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('second_factors', (table) => {
    table.integer('user_id').unsigned().notNullable().primary().references('users.id');
    table.string('totp_secret', 64).nullable().comment('base32; null: no authenticator app');
    table.datetime('totp_added_at', { precision: 3 }).nullable();
    table.integer('totp_step').unsigned().nullable().comment('of the last code that was used');
    table.json('recovery_hashes').nullable().comment('of the codes that are left; null: none were made');
    table.integer('wrong_codes').unsigned().notNullable().defaultTo(0);
    table.datetime('wrong_since', { precision: 3 }).nullable().comment('when the first of them was sent');
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTable('second_factors');
}
