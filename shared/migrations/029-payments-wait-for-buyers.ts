import type { Knex } from 'knex';

/**
 * Until when a payment may stay open, and when a card was last sent to the provider for it. Code of the previous
 * version writes neither: its payments are decided within seconds, and cancelled after a minute as before.
 */
export async function up(db: Knex): Promise<void> {
  // One statement, since DDL does not roll back.
  await db.raw(`alter table payment_attempts
    add pay_by datetime(3) not null default (current_timestamp(3) + interval 1 minute),
    add confirmed_at datetime(3) null comment 'null: the buyer has not chosen a card',
    add card varchar(100) null comment 'fingerprint of the last card, by the provider'`);
}

export async function down(db: Knex): Promise<void> {
  await db.raw(`alter table payment_attempts drop column pay_by, drop column confirmed_at, drop column card`);
}
