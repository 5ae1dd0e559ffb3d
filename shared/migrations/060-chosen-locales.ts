import type { Knex } from 'knex';

/** Whether `locale` was chosen by the user. Otherwise each sign-in sets it to the language of the browser. */
export async function up(db: Knex): Promise<void> {
  await db.schema.alterTable('users', (table) => {
    table.boolean('locale_is_chosen').notNullable().defaultTo(false);
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.alterTable('users', (table) => {
    table.dropColumn('locale_is_chosen');
  });
}
