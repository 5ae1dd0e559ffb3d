import type { Knex } from 'knex';

/** Who cancelled a drop, and so asked for the refunds of its orders. */
export async function up(db: Knex): Promise<void> {
  await db.schema.alterTable('drops', (table) => {
    table.integer('cancelled_by').unsigned().nullable().comment('a user; null: before that was recorded');
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.alterTable('drops', (table) => {
    table.dropColumn('cancelled_by');
  });
}
