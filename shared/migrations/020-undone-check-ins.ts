import type { Knex } from 'knex';

/** Check-ins that no longer count, with the user who undid them and the time. */
export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('undone_check_ins', (table) => {
    table.increments('id');
    table.string('order_id', 32).notNullable().references('orders.id');
    table.string('seat_id', 16).notNullable();
    table.integer('event_id').unsigned().notNullable().references('events.id');
    table.integer('checked_in_by').unsigned().notNullable().references('users.id');
    table.datetime('checked_in_at', { precision: 3 }).notNullable();
    table.specificType('nonce', 'varchar(64) character set ascii collate ascii_bin null');
    table.integer('undone_by').unsigned().notNullable().references('users.id');
    table.datetime('undone_at', { precision: 3 }).notNullable();
    table.specificType('undo_nonce', 'varchar(64) character set ascii collate ascii_bin null');
    table.index(['order_id', 'seat_id'], 'undone_check_ins_of_ticket');
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTable('undone_check_ins');
}
