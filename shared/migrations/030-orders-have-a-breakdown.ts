import type { Knex } from 'knex';

/** What an order was made of when it was paid. Null for orders that the previous version placed, which had no fees. */
export async function up(db: Knex): Promise<void> {
  await db.schema.alterTable('orders', (table) => {
    table.json('breakdown').nullable();
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.alterTable('orders', (table) => table.dropColumn('breakdown'));
}
