import type { Knex } from 'knex';

/**
 * The number of a drop's latest announcement. It is written in the transaction of the announcement and changes the
 * drop's `updated_at`, which every process of realtime polls.
 */
export async function up(db: Knex): Promise<void> {
  await db.schema.alterTable('drops', (table) => {
    table.integer('announcements').unsigned().notNullable().defaultTo(0);
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.alterTable('drops', (table) => table.dropColumn('announcements'));
}
