import type { Knex } from 'knex';

/** Announcements of organizers. The nonce identifies an announcement if the request for it is repeated. */
export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('announcements', (table) => {
    table.integer('drop_id').unsigned().notNullable().references('drops.id');
    table.integer('number').unsigned().notNullable().comment('within its drop, from 1');
    table.string('text', 500).notNullable();
    table.integer('announced_by').unsigned().notNullable().references('users.id');
    table.datetime('announced_at', { precision: 3 }).notNullable();
    table.specificType('nonce', 'varchar(64) character set ascii collate ascii_bin null');
    table.primary(['drop_id', 'number']);
    table.unique(['drop_id', 'nonce'], { indexName: 'announcements_nonce' });
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTable('announcements');
}
