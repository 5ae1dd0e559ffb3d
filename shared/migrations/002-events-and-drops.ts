import type { Knex } from 'knex';

export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('events', (table) => {
    table.increments('id');
    table.integer('organizer_id').unsigned().notNullable().references('users.id');
    table.string('title', 200).notNullable();
    table.text('description').notNullable();
    table.string('venue', 200).notNullable();
    table.datetime('starts_at', { precision: 3 }).notNullable().index('events_starts_at');
    table.datetime('created_at', { precision: 3 }).notNullable().defaultTo(db.fn.now(3));
  });

  await db.schema.createTable('drops', (table) => {
    table.increments('id');
    table.integer('event_id').unsigned().notNullable().references('events.id');
    table.datetime('opens_at', { precision: 3 }).notNullable();
    table.datetime('closes_at', { precision: 3 }).notNullable().index('drops_closes_at');
    table.integer('price_amount').unsigned().notNullable().comment('minor units, per seat');
    table.specificType('price_currency', 'char(3)').notNullable();
    table.integer('hold_seconds').unsigned().notNullable();
    table.integer('max_per_buyer').unsigned().notNullable();
    table.integer('standby_limit').unsigned().notNullable();
    table.integer('partitions').unsigned().notNullable().defaultTo(1);
    table.json('sections').notNullable().comment('[{name, rows, seatsPerRow}], best first');
    table.integer('capacity').unsigned().notNullable();
    table.datetime('stocked_at', { precision: 3 }).nullable().comment('its seats are in Redis since');
    table.datetime('cancelled_at', { precision: 3 }).nullable();
    table
      .datetime('sale_ended_at', { precision: 3 })
      .nullable()
      .comment('closed or cancelled, and nothing is held, being paid or standing by since');
    table.datetime('created_at', { precision: 3 }).notNullable().defaultTo(db.fn.now(3));
    table
      .specificType(
        'updated_at',
        'datetime(6) not null default current_timestamp(6) on update current_timestamp(6)',
      )
      .comment('tells who keeps drops in memory which ones to read again');
  });

  await db.schema.createTable('drop_questions', (table) => {
    table.integer('drop_id').unsigned().notNullable().references('drops.id');
    table.integer('number').unsigned().notNullable();
    table.string('text', 500).notNullable();
    table.json('choices').nullable();
    table.string('answer', 200).notNullable();
    table.primary(['drop_id', 'number']);
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTable('drop_questions');
  await db.schema.dropTable('drops');
  await db.schema.dropTable('events');
}
