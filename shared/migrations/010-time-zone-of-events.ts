import type { Knex } from 'knex';

/** The time zone in which the start of an event is shown. */
export async function up(db: Knex): Promise<void> {
  await db.schema.alterTable('events', (table) => {
    table.string('time_zone', 64).nullable().comment('IANA name; null where nobody said');
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.alterTable('events', (table) => table.dropColumn('time_zone'));
}
