import type { Knex } from 'knex';

export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('check_ins', (table) => {
    table.string('order_id', 32).notNullable().references('orders.id');
    table.string('seat_id', 16).notNullable();
    table.integer('event_id').unsigned().notNullable().references('events.id');
    table.integer('checked_in_by').unsigned().notNullable().references('users.id');
    table.datetime('checked_in_at', { precision: 3 }).notNullable();
    // A ticket lets one person in.
    table.primary(['order_id', 'seat_id']);
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTable('check_ins');
}
