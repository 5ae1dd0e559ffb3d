import type { Knex } from 'knex';

/**
 * What the receipt of an order says of seller, buyer and event, as it was when the order was paid. Null for orders of the
 * previous version; their first receipt fills it.
 */
export async function up(db: Knex): Promise<void> {
  await db.schema.alterTable('orders', (table) => {
    table.json('receipt').nullable();
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.alterTable('orders', (table) => table.dropColumn('receipt'));
}
