import type { Knex } from 'knex';

/** One row that changes every second on the primary. Its age on a replica is the lag of that replica. */
export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('replication_beat', (table) => {
    table.tinyint('id').unsigned().primary();
    table.datetime('beat_at', { precision: 3 }).notNullable().comment('by the clock of the primary');
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTable('replication_beat');
}
