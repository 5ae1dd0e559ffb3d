import type { Knex } from 'knex';

/**
 * Counts the changes of a drop's terms, so that an open page notices that it shows old ones. It is written in the
 * transaction of the change. An edit by the previous version does not count.
 */
export async function up(db: Knex): Promise<void> {
  await db.schema.alterTable('drops', (table) => {
    table.integer('terms_version').unsigned().notNullable().defaultTo(1);
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.alterTable('drops', (table) => table.dropColumn('terms_version'));
}
