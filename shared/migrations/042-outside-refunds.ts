import type { Knex } from 'knex';

/** Refunds that somebody made at the provider and not with this system. Their orders keep their seats. */
export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('outside_refunds', (table) => {
    table.string('provider', 20).notNullable();
    table.string('provider_ref', 100).notNullable().comment('the provider’s id of the refund');
    table.string('hold_id', 32).notNullable();
    table.integer('attempt').unsigned().notNullable();
    table.integer('amount').unsigned().notNullable().comment('minor units');
    table.specificType('currency', 'char(3)').notNullable();
    table.enum('status', ['made', 'failed']).notNullable();
    table.datetime('made_at', { precision: 3 }).notNullable().comment('by the provider');
    table.datetime('updated_at', { precision: 3 }).notNullable().defaultTo(db.fn.now(3));
    table.primary(['provider_ref', 'provider']);
    table.index(['hold_id'], 'outside_refunds_of_hold');
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTable('outside_refunds');
}
