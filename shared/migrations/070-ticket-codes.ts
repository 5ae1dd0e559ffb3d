import type { Knex } from 'knex';

/** The short code of each ticket, written when the ticket is first shown, printed or listed. */
export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('ticket_codes', (table) => {
    table.string('order_id', 32).notNullable().references('orders.id');
    table.string('seat_id', 16).notNullable();
    table.integer('event_id').unsigned().notNullable();
    table.specificType('code', 'char(8) character set ascii collate ascii_bin not null');
    table.primary(['order_id', 'seat_id']);
    table.unique(['event_id', 'code'], { indexName: 'ticket_codes_one_in_event' });
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTable('ticket_codes');
}
