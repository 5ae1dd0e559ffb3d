import type { Knex } from 'knex';

/**
 * Fees of a drop as JSON (`perSeat` and `perOrder` in minor units, `percent` of the price), and the rate of the tax that
 * is included. The platform's fees are copied from its settings when the price is set: a restart with other settings
 * then changes no price that a buyer has seen. Null: none, as in drops of the previous version.
 */
export async function up(db: Knex): Promise<void> {
  await db.schema.alterTable('drops', (table) => {
    table.json('fees').nullable();
    table.json('platform_fees').nullable();
    table.decimal('tax_percent', 6, 3).nullable();
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.alterTable('drops', (table) => table.dropColumns('fees', 'platform_fees', 'tax_percent'));
}
