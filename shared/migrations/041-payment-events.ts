import type { Knex } from 'knex';

/**
 * What happened to a payment beside its usual course: declined cards, refunds that came back. A payment whose first card
 * is accepted has no row here.
 */
export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('payment_events', (table) => {
    table.string('hold_id', 32).notNullable();
    table.integer('attempt').unsigned().notNullable();
    table.enum('kind', ['declined', 'refund_failed']).notNullable();
    table
      .string('occurrence', 100)
      .notNullable()
      .comment('tells occurrences apart: when the card was sent, or the provider’s id of the refund');
    table.string('reason', 100).notNullable();
    table.string('card', 100).nullable().comment('fingerprint, by the provider');
    table.datetime('created_at', { precision: 3 }).notNullable().defaultTo(db.fn.now(3));
    table.primary(['hold_id', 'attempt', 'kind', 'occurrence']);
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTable('payment_events');
}
