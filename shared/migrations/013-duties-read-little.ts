import type { Knex } from 'knex';

/** Indexes with which duties that run several times a second do not read drops that are over. */
export async function up(db: Knex): Promise<void> {
  await db.schema.alterTable('drops', (table) => {
    table.index(['sale_ended_at'], 'drops_unended');
    table.index(['updated_at'], 'drops_changed');
  });
  await db.schema.alterTable('drop_schedules', (table) => {
    table.index(['down_at'], 'drop_schedules_due');
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.alterTable('drop_schedules', (table) => {
    table.dropIndex(['down_at'], 'drop_schedules_due');
  });
  await db.schema.alterTable('drops', (table) => {
    table.dropIndex(['sale_ended_at'], 'drops_unended');
    table.dropIndex(['updated_at'], 'drops_changed');
  });
}
