import type { Knex } from 'knex';

/**
 * The number of a drop's latest announcement. Written in the transaction of the announcement, it changes the drop's
 * `updated_at`, which every process of realtime follows.
 */
export async function up(db: Knex): Promise<void> {
  await db.schema.alterTable('drops', (table) => {
    table.integer('announcements').unsigned().notNullable().defaultTo(0);
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.alterTable('drops', (table) => table.dropColumn('announcements'));
}
