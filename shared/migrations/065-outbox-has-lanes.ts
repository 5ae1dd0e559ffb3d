import type { Knex } from 'knex';

/**
 * A row of the outbox has a channel, a priority and a lane, so that the relay finds the next row of a lane without
 * reading those of others, however many wait there. The lane follows from the other columns: rows that the previous
 * version writes, tries and marks are in the right one as well. Rows that are sent or given up are in no lane.
 */
export async function up(db: Knex): Promise<void> {
  // One statement, since DDL does not roll back.
  await db.raw(`alter table outbox
    add channel varchar(10) character set ascii not null default 'email',
    add priority tinyint unsigned not null default 1 comment '0 before all others, 1, 2 after all others',
    add unique_id varchar(80) character set ascii collate ascii_bin null
      comment 'written twice, it is one row; null: the writer writes it once',
    add lane tinyint as (
      case when sent_at is not null or given_up_at is not null then null else priority * 2 + (tries > 0) end
    ) virtual comment 'even: not tried yet',
    add unique index outbox_once (unique_id),
    add index outbox_lanes (channel, lane, due_at)`);
}

export async function down(db: Knex): Promise<void> {
  await db.raw(`alter table outbox drop index outbox_lanes, drop index outbox_once,
    drop column lane, drop column unique_id, drop column priority, drop column channel`);
}
