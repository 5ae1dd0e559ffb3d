import type { Knex } from 'knex';

/** Who wants to be told before a drop opens. */
export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('reminders', (table) => {
    table.integer('drop_id').unsigned().notNullable().references('drops.id');
    table.integer('user_id').unsigned().notNullable().references('users.id');
    table
      .datetime('told_for', { precision: 3 })
      .nullable()
      .comment('the opening that the user was told of; it may have moved since');
    table.primary(['drop_id', 'user_id']);
    table.index(['drop_id', 'told_for'], 'reminders_to_tell');
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTable('reminders');
}
