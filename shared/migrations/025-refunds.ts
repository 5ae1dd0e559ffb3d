import type { Knex } from 'knex';

/** Refunds of orders: of some of their seats, or of all. `order_seats.refund` (028) says which seats a refund is of. */
export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('refunds', (table) => {
    table.string('order_id', 32).notNullable().references('orders.id');
    table.integer('number').unsigned().notNullable().comment('within its order, from 1');
    table.integer('amount').unsigned().notNullable().comment('minor units, to the buyer');
    table.integer('kept').unsigned().notNullable().defaultTo(0).comment('minor units of the seats’ part');
    table.specificType('currency', 'char(3)').notNullable();
    table.enum('reason', ['organizer', 'buyer', 'cancelled']).notNullable();
    table.integer('asked_by').unsigned().nullable().references('users.id').comment('null: a duty');
    table.string('asked_as', 20).nullable().comment('the role of that user');
    table
      .enum('status', ['due', 'done'])
      .notNullable()
      .comment('done: the provider has given the money back');
    table.string('provider_ref', 100).nullable();
    table.integer('tries').unsigned().notNullable().defaultTo(0).comment('those that failed');
    table.string('failure', 100).nullable().comment('why the latest try failed');
    table.datetime('reopened_at', { precision: 3 }).nullable().comment('its seats are back on sale since');
    table.datetime('created_at', { precision: 3 }).notNullable().defaultTo(db.fn.now(3));
    table.datetime('updated_at', { precision: 3 }).notNullable().defaultTo(db.fn.now(3));
    table.primary(['order_id', 'number']);
    table.index(['status', 'reopened_at', 'order_id'], 'refunds_unsettled');
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTable('refunds');
}
