import type { Knex } from 'knex';

/**
 * Codes sent to phone numbers, and what became of them. The number of a user is that of the latest confirmed row that
 * was not removed. A row holds nothing from which its code could be made (general/notifications/phone-code.ts).
 */
export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('phone_codes', (table) => {
    table.increments('id');
    table.integer('user_id').unsigned().notNullable().references('users.id');
    table.specificType('number', 'varchar(16) character set ascii').notNullable().comment('E.164');
    table.datetime('created_at', { precision: 3 }).notNullable();
    table.tinyint('guesses').unsigned().notNullable().defaultTo(0);
    table.datetime('confirmed_at', { precision: 3 }).nullable();
    table.datetime('ended_at', { precision: 3 }).nullable().comment('replaced or removed');
    table.index(['user_id', 'created_at'], 'phone_codes_of_user');
    table.index(['number', 'created_at'], 'phone_codes_of_number');
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTable('phone_codes');
}
