import type { Knex } from 'knex';

/**
 * A hold, its payment attempts and its order share one id, which the entry got when it was accepted. So one id follows
 * a buyer from the queue to the ticket.
 */
export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('payment_attempts', (table) => {
    table.string('hold_id', 32).notNullable();
    table
      .integer('attempt')
      .unsigned()
      .notNullable()
      .comment('the next one begins only when this one is declined');
    table.integer('drop_id').unsigned().notNullable();
    table.integer('partition').unsigned().notNullable();
    table.integer('user_id').unsigned().notNullable();
    table.string('seats', 1000).notNullable().comment('seat ids, separated by commas');
    table.string('provider', 20).notNullable();
    table.integer('amount').unsigned().notNullable().comment('minor units');
    table.specificType('currency', 'char(3)').notNullable();
    table
      .enum('status', ['pending', 'approved', 'declined', 'refund_due', 'refunded'])
      .notNullable()
      .comment('pending: only the provider knows');
    table.string('provider_ref', 100).nullable();
    table.string('reason', 100).nullable();
    table.datetime('created_at', { precision: 3 }).notNullable().defaultTo(db.fn.now(3));
    table.datetime('updated_at', { precision: 3 }).notNullable().defaultTo(db.fn.now(3));
    table.primary(['hold_id', 'attempt']);
    table.index(['status', 'updated_at'], 'payment_attempts_open');
  });

  await db.schema.createTable('orders', (table) => {
    table.string('id', 32).primary().comment('the hold id');
    table.integer('drop_id').unsigned().notNullable().references('drops.id');
    table.integer('partition').unsigned().notNullable();
    table.integer('user_id').unsigned().notNullable().references('users.id');
    table.integer('attempt').unsigned().notNullable();
    table.integer('amount').unsigned().notNullable().comment('minor units');
    table.specificType('currency', 'char(3)').notNullable();
    table.enum('status', ['paid', 'refund_due', 'refunded']).notNullable();
    table
      .datetime('reopened_at', { precision: 3 })
      .nullable()
      .comment('refunded seats are back on sale since');
    table.datetime('created_at', { precision: 3 }).notNullable().defaultTo(db.fn.now(3));
    table.datetime('updated_at', { precision: 3 }).notNullable().defaultTo(db.fn.now(3));
    table.index(['user_id', 'created_at'], 'orders_of_user');
    table.index(['drop_id', 'status'], 'orders_of_drop');
    table.index(['status', 'reopened_at'], 'orders_unsettled');
  });

  await db.schema.createTable('order_seats', (table) => {
    table.string('order_id', 32).notNullable().references('orders.id');
    table.string('seat_id', 16).notNullable();
    table.primary(['order_id', 'seat_id']);
  });

  // This table decides who owns a seat. A refund deletes its rows; order_seats keeps the history.
  await db.schema.createTable('sold_seats', (table) => {
    table.integer('drop_id').unsigned().notNullable();
    table.string('seat_id', 16).notNullable();
    table.string('order_id', 32).notNullable().references('orders.id');
    table.unique(['drop_id', 'seat_id'], { indexName: 'sold_seats_one_owner' });
  });

  await db.schema.createTable('outbox', (table) => {
    table.bigIncrements('id');
    table.string('topic', 50).notNullable();
    table.json('payload').notNullable();
    table.datetime('created_at', { precision: 3 }).notNullable().defaultTo(db.fn.now(3));
    table.datetime('sent_at', { precision: 3 }).nullable();
    table.index(['sent_at', 'id'], 'outbox_unsent');
  });
}

export async function down(db: Knex): Promise<void> {
  for (const table of ['outbox', 'sold_seats', 'order_seats', 'orders', 'payment_attempts']) {
    await db.schema.dropTable(table);
  }
}
