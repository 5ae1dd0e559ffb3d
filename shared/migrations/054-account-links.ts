import type { Knex } from 'knex';

/**
 * Links that were mailed, or asked for: an address without an account gets a row too, so that the answer takes as long.
 * A row holds nothing from which its link could be made (docs/decisions/043).
 */
export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('account_links', (table) => {
    table.increments('id');
    table.string('email', 254).notNullable().comment('the address to which the link is mailed');
    table
      .integer('user_id')
      .unsigned()
      .nullable()
      .references('users.id')
      .comment('null: there is no account');
    table.string('purpose', 20).notNullable();
    table.datetime('created_at', { precision: 3 }).notNullable();
    table
      .datetime('ended_at', { precision: 3 })
      .nullable()
      .comment('used, or replaced by the use of another');
    table.index(['email', 'purpose', 'created_at'], 'account_links_of_address');
    table.index(['created_at'], 'account_links_by_age');
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTable('account_links');
}
