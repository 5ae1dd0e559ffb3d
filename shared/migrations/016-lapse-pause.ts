import type { Knex } from 'knex';

/** 0: as drops were sold before, and as the version before makes them. */
export async function up(db: Knex): Promise<void> {
  await db.schema.alterTable('drops', (table) => {
    table.smallint('lapse_pause_seconds').unsigned().notNullable().defaultTo(0);
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.alterTable('drops', (table) => table.dropColumn('lapse_pause_seconds'));
}
