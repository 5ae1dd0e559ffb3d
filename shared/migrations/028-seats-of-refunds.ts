import type { Knex } from 'knex';

/**
 * The refund that a seat is of, by its number within the order. A seat of an order is in one refund at most, since it
 * has one row here. Null in a refunded order: the previous version refunded it as a whole.
 */
export async function up(db: Knex): Promise<void> {
  await db.schema.alterTable('order_seats', (table) => {
    table.integer('refund').unsigned().nullable();
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.alterTable('order_seats', (table) => table.dropColumn('refund'));
}
