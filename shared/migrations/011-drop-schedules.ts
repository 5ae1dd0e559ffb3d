import type { Knex } from 'knex';

/** The schedules set at AWS for when a drop needs more capacity. Nulls: the drop has no schedules there. */
export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('drop_schedules', (table) => {
    table.integer('drop_id').unsigned().primary().references('drops.id');
    table
      .datetime('from_at', { precision: 3 })
      .nullable()
      .comment('by the terms of the drop, as is the next');
    table.datetime('until_at', { precision: 3 }).nullable();
    table
      .datetime('up_at', { precision: 3 })
      .nullable()
      .comment('later where AWS was told too late for from_at');
    table
      .datetime('down_at', { precision: 3 })
      .nullable()
      .comment('later while holds go on that were promoted from standby');
    table.datetime('told_at', { precision: 3 }).nullable();
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTable('drop_schedules');
}
