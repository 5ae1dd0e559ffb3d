import type { Knex } from 'knex';

/**
 * Keeps the records of everything that happened to a drop's seats, as Redis wrote them, for good. Rows are only added.
 * A table without updates needs no foreign keys, whose look-ups would cost time for each of a million rows.
 */
export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('ledger', (table) => {
    table.integer('drop_id').unsigned().notNullable();
    table.integer('partition').unsigned().notNullable();
    table.bigInteger('seq').unsigned().notNullable().comment('from 1 in each partition, without gaps');
    table
      .specificType('stream_id', 'varchar(40) character set ascii collate ascii_bin')
      .nullable()
      .comment('in Redis; null for what the archive itself has to say');
    table.specificType('kind', 'varchar(12) character set ascii').notNullable();
    table
      .specificType('record', 'mediumtext character set ascii')
      .notNullable()
      .comment('JSON list of name, value, ...; its letters are what the hash is of, so it is no JSON column');
    table
      .specificType('hash', 'binary(32)')
      .notNullable()
      .comment('SHA-256 of the hash before it and this record');
    table.primary(['drop_id', 'partition', 'seq']);
    table.unique(['drop_id', 'partition', 'stream_id'], { indexName: 'ledger_once' });
    table.index(['drop_id', 'kind'], 'ledger_of_kind');
  });

  await db.schema.createTable('ledger_cursors', (table) => {
    table.integer('drop_id').unsigned().notNullable();
    table.integer('partition').unsigned().notNullable();
    table.bigInteger('seq').unsigned().notNullable().defaultTo(0).comment('the last record archived');
    table.specificType('stream_id', 'varchar(40) character set ascii collate ascii_bin').nullable();
    table.specificType('hash', 'binary(32)').nullable().comment('null before the first record');
    table.primary(['drop_id', 'partition']);
  });

  // The records that concern a buyer. A claim has some hundred entries, and each of their buyers may ask for it.
  await db.schema.createTable('ledger_buyers', (table) => {
    table.integer('drop_id').unsigned().notNullable();
    table.integer('user_id').unsigned().notNullable();
    table.integer('partition').unsigned().notNullable();
    table.bigInteger('seq').unsigned().notNullable();
    table.primary(['drop_id', 'user_id', 'partition', 'seq']);
  });

  // A drop that has a cursor was stocked before, and must not be stocked from scratch again.
  const stocked: { id: number; partitions: number }[] = await db('drops')
    .whereNotNull('stocked_at')
    .select('id', 'partitions');
  const cursors = stocked.flatMap(({ id, partitions }) =>
    Array.from({ length: partitions }, (_, partition) => ({ drop_id: id, partition })),
  );
  if (cursors.length > 0) await db.batchInsert('ledger_cursors', cursors, 1_000);
}

export async function down(db: Knex): Promise<void> {
  for (const table of ['ledger_buyers', 'ledger_cursors', 'ledger']) await db.schema.dropTable(table);
}
