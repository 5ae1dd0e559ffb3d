import type { Knex } from 'knex';

/** The nonce identifies a check-in if the request for it is repeated. */
export async function up(db: Knex): Promise<void> {
  await db.schema.alterTable('check_ins', (table) => {
    table.specificType('nonce', 'varchar(64) character set ascii collate ascii_bin null');
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.alterTable('check_ins', (table) => table.dropColumn('nonce'));
}
