import type { Knex } from 'knex';

/** A row that cannot be sent is tried again after growing pauses, and does not delay the rows behind it. */
export async function up(db: Knex): Promise<void> {
  await db.schema.alterTable('outbox', (table) => {
    table.integer('tries').unsigned().notNullable().defaultTo(0).comment('begun, whatever became of them');
    table
      .datetime('due_at', { precision: 3 })
      .notNullable()
      .defaultTo(db.fn.now(3))
      .comment('not before; also how long whoever tries now has it for itself');
    table.datetime('given_up_at', { precision: 3 }).nullable().comment('tried for the last time');
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.alterTable('outbox', (table) => {
    for (const column of ['tries', 'due_at', 'given_up_at']) table.dropColumn(column);
  });
}
