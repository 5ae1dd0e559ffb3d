import type { Knex } from 'knex';

export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('users', (table) => {
    table.increments('id');
    table.string('email', 254).notNullable().unique('users_email');
    table.string('name', 100).notNullable();
    table.string('password_hash', 255).notNullable();
    table.enum('role', ['shopper', 'organizer', 'admin']).notNullable().defaultTo('shopper');
    table.datetime('banned_at', { precision: 3 }).nullable().index('users_banned_at');
    table.datetime('created_at', { precision: 3 }).notNullable().defaultTo(db.fn.now(3));
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTable('users');
}
