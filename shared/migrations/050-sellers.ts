import type { Knex } from 'knex';

/** Who an organizer is on receipts. Orders copy it when they are paid (051), so that a change is for later orders only. */
export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('sellers', (table) => {
    table.integer('organizer_id').unsigned().primary().references('users.id');
    table.string('name', 100).notNullable();
    table.string('address', 300).notNullable();
    table.string('tax_number', 40).nullable();
    table.datetime('updated_at', { precision: 3 }).notNullable().defaultTo(db.fn.now(3));
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTable('sellers');
}
