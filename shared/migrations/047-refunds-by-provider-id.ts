import type { Knex } from 'knex';

/** An index for finding orders by the provider’s id of a refund. */
export async function up(db: Knex): Promise<void> {
  await db.schema.alterTable('refunds', (table) => {
    table.index(['provider_ref'], 'refunds_by_provider_ref');
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.alterTable('refunds', (table) => {
    table.dropIndex(['provider_ref'], 'refunds_by_provider_ref');
  });
}
