import type { Knex } from 'knex';

/**
 * The name of a sold seat within its event, so that a unique key in MySQL covers all drops of the event. Code of the
 * previous version leaves the names null, and a unique key ignores nulls. Names are compared byte by byte: MySQL's
 * default collation would treat the sections "Café" and "Cafe" as equal.
 */
export async function up(db: Knex): Promise<void> {
  // One statement, since DDL does not roll back.
  await db.raw(`alter table sold_seats
    add event_id int unsigned null comment 'this and the next are null where code from before migration 017 wrote',
    add section_key varchar(255) character set utf8mb4 collate utf8mb4_bin null,
    add row_label varchar(20) character set utf8mb4 collate utf8mb4_bin null,
    add seat_number int unsigned null,
    add unique key sold_seats_one_in_event (event_id, section_key, row_label, seat_number)`);
}

export async function down(db: Knex): Promise<void> {
  await db.raw(`alter table sold_seats drop key sold_seats_one_in_event,
    drop column event_id, drop column section_key, drop column row_label, drop column seat_number`);
}
