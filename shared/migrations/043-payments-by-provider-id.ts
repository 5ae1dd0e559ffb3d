import type { Knex } from 'knex';

/** Webhooks about disputes and refunds name a charge by the provider’s id; people search for it too. */
export async function up(db: Knex): Promise<void> {
  await db.schema.alterTable('payment_attempts', (table) => {
    table.index(['provider_ref'], 'payment_attempts_by_provider_ref');
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.alterTable('payment_attempts', (table) => {
    table.dropIndex(['provider_ref'], 'payment_attempts_by_provider_ref');
  });
}
