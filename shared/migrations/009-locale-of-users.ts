import type { Knex } from 'knex';

/** In which language a user is written to. */
export async function up(db: Knex): Promise<void> {
  await db.schema.alterTable('users', (table) => {
    table.string('locale', 10).nullable().comment('en or zh-Hant; null while not known');
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.alterTable('users', (table) => table.dropColumn('locale'));
}
