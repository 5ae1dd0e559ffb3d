import type { Knex } from 'knex';

/** An index for finding orders by a seat, also refunded ones, which have no row in `sold_seats`. */
export async function up(db: Knex): Promise<void> {
  await db.schema.alterTable('order_seats', (table) => {
    table.index(['seat_id'], 'order_seats_by_seat');
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.alterTable('order_seats', (table) => {
    table.dropIndex(['seat_id'], 'order_seats_by_seat');
  });
}
