import type { Knex } from 'knex';

/** Where an undone check-in was made. Before the columns of check_ins, since the previous version copies whole rows. */
export async function up(db: Knex): Promise<void> {
  await db.schema.alterTable('undone_check_ins', (table) => {
    table.specificType('device', 'varchar(64) character set ascii collate ascii_bin null');
    table.string('door', 60).nullable();
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.alterTable('undone_check_ins', (table) => table.dropColumns('device', 'door'));
}
