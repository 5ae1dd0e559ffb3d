import type { Knex } from 'knex';

/** Texts that go to all ticket holders of an event or a drop; each holder's mail is a row of the outbox. */
export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('mailings', (table) => {
    table.increments('id');
    table.integer('event_id').unsigned().notNullable().references('events.id');
    table.integer('drop_id').unsigned().nullable().references('drops.id').comment('null: all drops');
    table.specificType('kind', 'varchar(20) character set ascii').notNullable();
    table.string('text', 2000).notNullable().comment('of the organizer; may be empty');
    table.json('facts').nullable().comment('of the event, before and after a change');
    table.integer('written_by').unsigned().notNullable().references('users.id');
    table.datetime('written_at', { precision: 3 }).notNullable().defaultTo(db.fn.now(3));
    table.integer('holders').unsigned().notNullable().comment('when it was written');
    table.integer('made').unsigned().notNullable().defaultTo(0).comment('rows in the outbox');
    table.integer('last_user').unsigned().notNullable().defaultTo(0).comment('holders are taken by their id');
    table.datetime('made_at', { precision: 3 }).nullable().comment('the outbox has all rows since');
    table.specificType('nonce', 'varchar(64) character set ascii collate ascii_bin null');
    table.unique(['event_id', 'nonce'], { indexName: 'mailings_nonce' });
    table.index(['event_id', 'written_at'], 'mailings_of_event');
    table.index(['made_at', 'id'], 'mailings_unmade');
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTable('mailings');
}
