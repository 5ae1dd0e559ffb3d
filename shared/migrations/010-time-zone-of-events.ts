import type { Knex } from 'knex';

/** The zone in which people are told when an event begins. */
export async function up(db: Knex): Promise<void> {
  await db.schema.alterTable('events', (table) => {
    table.string('time_zone', 64).nullable().comment('IANA name; null where nobody said');
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.alterTable('events', (table) => table.dropColumn('time_zone'));
}
