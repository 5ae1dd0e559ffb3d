import type { Knex } from 'knex';

/** What users chose; without a row the default of shared/contract/notifications.ts applies. */
export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('notification_choices', (table) => {
    table.integer('user_id').unsigned().notNullable();
    table.specificType('kind', 'varchar(20) character set ascii').notNullable();
    table.specificType('channel', 'varchar(10) character set ascii').notNullable();
    table.boolean('chosen').notNullable();
    table.primary(['user_id', 'kind', 'channel']);
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTable('notification_choices');
}
