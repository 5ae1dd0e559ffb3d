import type { Knex } from 'knex';

/** How long a buyer has to pay once the payment is begun. Drops of the previous version get the default. */
export async function up(db: Knex): Promise<void> {
  await db.schema.alterTable('drops', (table) => {
    table.smallint('pay_seconds').unsigned().notNullable().defaultTo(300);
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.alterTable('drops', (table) => table.dropColumn('pay_seconds'));
}
