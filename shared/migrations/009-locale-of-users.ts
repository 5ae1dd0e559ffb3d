import type { Knex } from 'knex';

/** The language of a user's mails. */
export async function up(db: Knex): Promise<void> {
  await db.schema.alterTable('users', (table) => {
    table.string('locale', 10).nullable().comment('en or zh-Hant; null while not known');
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.alterTable('users', (table) => table.dropColumn('locale'));
}
