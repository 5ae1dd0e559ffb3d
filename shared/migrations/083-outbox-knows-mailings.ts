import type { Knex } from 'knex';

/** How far a mailing is, and how many of its mails wait, is counted by an index alone. */
export async function up(db: Knex): Promise<void> {
  // One statement, since DDL does not roll back.
  await db.raw(`alter table outbox
    add mailing_id int unsigned null,
    add index outbox_of_mailing (mailing_id, sent_at, given_up_at, tries)`);
}

export async function down(db: Knex): Promise<void> {
  await db.raw('alter table outbox drop index outbox_of_mailing, drop column mailing_id');
}
