import type { Knex } from 'knex';

/** Where a check-in was made: the device, and the name of its door. */
export async function up(db: Knex): Promise<void> {
  await db.schema.alterTable('check_ins', (table) => {
    table.specificType('device', 'varchar(64) character set ascii collate ascii_bin null');
    table.string('door', 60).nullable();
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.alterTable('check_ins', (table) => table.dropColumns('device', 'door'));
}
