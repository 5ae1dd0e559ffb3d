import type { Knex } from 'knex';

/** Mails of orders that staff had sent again: each has a number, which tells its mail from the others. */
export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('order_mails_again', (table) => {
    table.string('order_id', 32).notNullable().references('orders.id');
    table.integer('number').unsigned().notNullable().comment('within its order, from 1');
    table.integer('asked_by').unsigned().notNullable().references('users.id');
    table.datetime('asked_at', { precision: 3 }).notNullable();
    table.primary(['order_id', 'number']);
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTable('order_mails_again');
}
