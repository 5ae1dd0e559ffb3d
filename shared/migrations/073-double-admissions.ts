import type { Knex } from 'knex';

/**
 * People let in by a door without network whose ticket was used already or void. The nonce makes a repeated call the
 * same admission.
 */
export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('double_admissions', (table) => {
    table.increments('id');
    table.string('order_id', 32).notNullable().references('orders.id');
    table.string('seat_id', 16).notNullable();
    table.integer('event_id').unsigned().notNullable().references('events.id');
    table.specificType('nonce', 'varchar(64) character set ascii collate ascii_bin not null');
    table.specificType('why', "enum('already_admitted', 'void') not null");
    table.specificType('device', 'varchar(64) character set ascii collate ascii_bin not null');
    table.string('door', 60).nullable();
    table.integer('admitted_by').unsigned().notNullable().references('users.id');
    table.datetime('admitted_at', { precision: 3 }).notNullable();
    table.datetime('received_at', { precision: 3 }).notNullable();
    table.unique(['order_id', 'seat_id', 'nonce'], { indexName: 'double_admissions_once' });
    table.index(['event_id', 'id'], 'double_admissions_of_event');
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTable('double_admissions');
}
