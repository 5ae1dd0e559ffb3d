import type { Knex } from 'knex';

/**
 * The provider's transfer of a charge to the organizer's account, and an index for the payments that the platform took.
 */
export async function up(db: Knex): Promise<void> {
  // One statement, since DDL does not roll back.
  await db.raw(`alter table payment_attempts
    add payout_transfer varchar(100) null comment 'null: the provider has not named it',
    add index payment_attempts_by_payout (payout_account, created_at, hold_id)`);
}

export async function down(db: Knex): Promise<void> {
  await db.raw(
    'alter table payment_attempts drop index payment_attempts_by_payout, drop column payout_transfer',
  );
}
