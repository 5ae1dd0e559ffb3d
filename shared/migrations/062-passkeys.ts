import type { Knex } from 'knex';

export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('passkeys', (table) => {
    table.increments('id');
    table.integer('user_id').unsigned().notNullable().references('users.id');
    // Base64url, in which upper and lower case differ. No longer than an index can hold.
    table.specificType('credential_id', 'varchar(700) character set ascii collate ascii_bin').notNullable();
    table.binary('public_key').notNullable().comment('COSE key');
    table
      .bigInteger('counter')
      .unsigned()
      .notNullable()
      .comment('signatures so far; 0: the device does not count');
    table.string('transports', 100).notNullable().comment('hints for browsers, separated by commas');
    table.string('name', 60).notNullable();
    table.datetime('created_at', { precision: 3 }).notNullable();
    table.datetime('used_at', { precision: 3 }).nullable();
    table.unique(['credential_id'], { indexName: 'passkeys_credential' });
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTable('passkeys');
}
