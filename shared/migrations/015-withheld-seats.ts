import type { Knex } from 'knex';

export async function up(db: Knex): Promise<void> {
  await db.schema.alterTable('sold_seats', (table) => {
    table
      .datetime('withheld_at', { precision: 3 })
      .nullable()
      .comment('the order is refunded, but its ticket was used: the seat is not sold again');
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.alterTable('sold_seats', (table) => table.dropColumn('withheld_at'));
}
