import type { Knex } from 'knex';

/**
 * Not named as the column of drops: the previous version joins both tables and names that one without its table.
 */
export async function up(db: Knex): Promise<void> {
  await db.schema.alterTable('events', (table) => {
    table.datetime('event_cancelled_at', { precision: 3 }).nullable().comment('its drops too');
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.alterTable('events', (table) => {
    table.dropColumn('event_cancelled_at');
  });
}
