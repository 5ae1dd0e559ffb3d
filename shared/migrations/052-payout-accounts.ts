import type { Knex } from 'knex';

/**
 * Accounts at the payment provider to which organizers are paid. An organizer has one at a time: the one with the highest
 * number. Its row is written before the provider is asked to open it.
 */
export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('payout_accounts', (table) => {
    table.integer('user_id').unsigned().notNullable().references('users.id');
    table.integer('number').unsigned().notNullable();
    table.string('provider', 20).notNullable();
    table.string('open_key', 64).notNullable().comment('idempotency key with which it is opened');
    table.string('provider_ref', 100).nullable().comment('the provider’s id; null until it is known');
    table.boolean('charges_enabled').notNullable().defaultTo(false);
    table.boolean('payouts_enabled').notNullable().defaultTo(false);
    table.boolean('details_submitted').notNullable().defaultTo(false);
    table
      .boolean('details_due')
      .notNullable()
      .defaultTo(true)
      .comment('the provider waits for the organizer, and not the organizer for the provider');
    table.datetime('ended_at', { precision: 3 }).nullable().comment('the provider denies it to us since');
    table
      .integer('version')
      .unsigned()
      .notNullable()
      .defaultTo(1)
      .comment('counts answers of the provider, so that an older one is not written over a newer one');
    table.datetime('created_at', { precision: 3 }).notNullable().defaultTo(db.fn.now(3));
    table.datetime('updated_at', { precision: 3 }).notNullable().defaultTo(db.fn.now(3));
    table.primary(['user_id', 'number']);
    table.index(['provider_ref'], 'payout_accounts_by_provider_ref');
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTable('payout_accounts');
}
