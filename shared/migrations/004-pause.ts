import type { Knex } from 'knex';

export async function up(db: Knex): Promise<void> {
  await db.schema.alterTable('drops', (table) => {
    table.datetime('paused_at', { precision: 3 }).nullable().comment('no entries are taken since');
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.alterTable('drops', (table) => table.dropColumn('paused_at'));
}
