import type { Knex } from 'knex';

/** Users who ask to become organizers, and what an admin decided. A user has one open request at most. */
export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('organizer_requests', (table) => {
    table.increments('id');
    table.integer('user_id').unsigned().notNullable().references('users.id');
    table.string('text', 1000).notNullable().comment('typed by the user');
    table.enum('status', ['open', 'accepted', 'declined']).notNullable().defaultTo('open');
    table
      .specificType('open_of', "int unsigned as (if(status = 'open', user_id, null)) virtual")
      .unique('organizer_requests_one_open');
    table.datetime('created_at', { precision: 3 }).notNullable().defaultTo(db.fn.now(3));
    table.datetime('decided_at', { precision: 3 }).nullable();
    table.integer('decided_by').unsigned().nullable().references('users.id');
    table.string('reason', 500).nullable().comment('typed by the admin, told to the user');
    table.index(['user_id', 'id'], 'organizer_requests_of_user');
    table.index(['status', 'id'], 'organizer_requests_by_status');
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTable('organizer_requests');
}
