import type { Knex } from 'knex';

/** Charges that buyers dispute at their banks, as the provider last reported them. */
export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('disputes', (table) => {
    table.string('provider', 20).notNullable();
    table.string('provider_ref', 100).notNullable().comment('the provider’s id of the dispute');
    table.string('hold_id', 32).notNullable();
    table.integer('attempt').unsigned().notNullable();
    table.integer('amount').unsigned().notNullable().comment('minor units');
    table.specificType('currency', 'char(3)').notNullable();
    table.string('reason', 100).notNullable();
    table.enum('status', ['needs_response', 'under_review', 'won', 'lost', 'closed']).notNullable();
    table.datetime('respond_by', { precision: 3 }).nullable();
    table.datetime('opened_at', { precision: 3 }).notNullable().comment('by the provider');
    table
      .integer('version')
      .unsigned()
      .notNullable()
      .defaultTo(1)
      .comment('counts answers of the provider, so that an older one is not written over a newer one');
    table.datetime('updated_at', { precision: 3 }).notNullable().defaultTo(db.fn.now(3));
    table.primary(['provider_ref', 'provider']);
    table.index(['hold_id'], 'disputes_of_hold');
    table.index(['status', 'respond_by'], 'disputes_open');
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTable('disputes');
}
