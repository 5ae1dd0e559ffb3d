import type { Knex } from 'knex';

/** `retired_at`: since then Redis has only figures of a drop that is over, since its ledger is archived. */
export async function up(db: Knex): Promise<void> {
  await db.schema.alterTable('drops', (table) => {
    table.datetime('retired_at', { precision: 3 }).nullable();
    table.index(['retired_at', 'sale_ended_at'], 'drops_to_retire');
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.alterTable('drops', (table) => {
    table.dropIndex([], 'drops_to_retire');
    table.dropColumn('retired_at');
  });
}
