import type { Knex } from 'knex';

/**
 * The default 0 means no pause: so it was for earlier drops, and so it is for drops that the previous version creates.
 */
export async function up(db: Knex): Promise<void> {
  await db.schema.alterTable('drops', (table) => {
    table.smallint('lapse_pause_seconds').unsigned().notNullable().defaultTo(0);
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.alterTable('drops', (table) => table.dropColumn('lapse_pause_seconds'));
}
