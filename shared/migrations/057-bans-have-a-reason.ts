import type { Knex } from 'knex';

export async function up(db: Knex): Promise<void> {
  await db.schema.alterTable('users', (table) => {
    table
      .string('ban_reason', 500)
      .nullable()
      .comment('for admins; null: not banned, or by a version that asked for no reason');
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.alterTable('users', (table) => {
    table.dropColumn('ban_reason');
  });
}
