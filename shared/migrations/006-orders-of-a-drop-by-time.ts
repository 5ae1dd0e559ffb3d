import type { Knex } from 'knex';

/** An index for lists and exports, which read a drop's orders in this order, page by page. */
export async function up(db: Knex): Promise<void> {
  await db.schema.alterTable('orders', (table) => {
    table.index(['drop_id', 'created_at', 'id'], 'orders_of_drop_by_time');
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.alterTable('orders', (table) => {
    table.dropIndex(['drop_id', 'created_at', 'id'], 'orders_of_drop_by_time');
  });
}
