import type { Knex } from 'knex';

/** A refund that was made may come back from the bank. Its seats stay refunded, and the money is sent again. */
export async function up(db: Knex): Promise<void> {
  // One statement, since DDL does not roll back.
  await db.raw(`alter table refunds
    add returned_at datetime(3) null comment 'the money has come back since, and is to be sent again',
    add index refunds_returned (returned_at)`);
}

export async function down(db: Knex): Promise<void> {
  await db.raw('alter table refunds drop index refunds_returned, drop column returned_at');
}
