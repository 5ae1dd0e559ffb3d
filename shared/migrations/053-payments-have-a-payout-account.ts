import type { Knex } from 'knex';

/**
 * The organizer's account to which the payments of a drop go, and to which each single payment went, with the fee that
 * the platform kept. Null: the money is the platform's. DDL does not roll back, so each statement is left out if it was
 * done before a crash.
 */
export async function up(db: Knex): Promise<void> {
  if (!(await db.schema.hasColumn('drops', 'payout_account')))
    await db.raw(`alter table drops
      add payout_account varchar(100) null comment 'frozen when the price is set'`);
  if (!(await db.schema.hasColumn('payment_attempts', 'payout_account')))
    await db.raw(`alter table payment_attempts
      add payout_account varchar(100) null,
      add payout_fee int unsigned null comment 'minor units that the platform keeps'`);
}

export async function down(db: Knex): Promise<void> {
  await db.raw('alter table payment_attempts drop column payout_fee, drop column payout_account');
  await db.raw('alter table drops drop column payout_account');
}
