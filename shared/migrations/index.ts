/**
 * The migrations, oldest first. DDL does not roll back in MySQL, so each migration does one thing. Each stays
 * compatible with the code of the previous version: add, fill, and remove only in a later version (a test checks this).
 */
import type { Knex } from 'knex';
import * as accounts from './001-accounts.ts';
import * as events from './002-events-and-drops.ts';
import * as payments from './003-payments-and-orders.ts';
import * as pause from './004-pause.ts';
import * as checkIns from './005-check-ins.ts';
import * as ordersByTime from './006-orders-of-a-drop-by-time.ts';
import * as ledger from './007-ledger.ts';
import * as outboxTries from './008-outbox-tries.ts';
import * as localeOfUsers from './009-locale-of-users.ts';
import * as timeZoneOfEvents from './010-time-zone-of-events.ts';
import * as dropSchedules from './011-drop-schedules.ts';
import * as replicationBeat from './012-replication-beat.ts';
import * as dutiesReadLittle from './013-duties-read-little.ts';
import * as retiredDrops from './014-retired-drops.ts';
import * as withheldSeats from './015-withheld-seats.ts';
import * as lapsePause from './016-lapse-pause.ts';
import * as namesOfSoldSeats from './017-names-of-sold-seats.ts';
import * as soldSeatsHaveNames from './018-sold-seats-have-names.ts';
import * as checkInsHaveANonce from './019-check-ins-have-a-nonce.ts';
import * as undoneCheckIns from './020-undone-check-ins.ts';
import * as sessionsEndWithABan from './021-sessions-end-with-a-ban.ts';
import * as announcements from './022-announcements.ts';
import * as dropsCountAnnouncements from './023-drops-count-announcements.ts';
import * as timeToPay from './024-time-to-pay.ts';
import * as refunds from './025-refunds.ts';
import * as termsVersion from './026-drops-have-a-terms-version.ts';
import * as feesOfDrops from './027-drops-have-fees.ts';
import * as seatsOfRefunds from './028-seats-of-refunds.ts';
import * as paymentsWaitForBuyers from './029-payments-wait-for-buyers.ts';
import * as breakdownOfOrders from './030-orders-have-a-breakdown.ts';
import * as latePayments from './031-late-payments.ts';
import * as returns from './033-returns.ts';
import * as disputes from './040-disputes.ts';
import * as paymentEvents from './041-payment-events.ts';
import * as outsideRefunds from './042-outside-refunds.ts';
import * as paymentsByProviderId from './043-payments-by-provider-id.ts';
import * as ordersBySeat from './044-orders-by-seat.ts';
import * as usersByName from './045-users-by-name.ts';
import * as refundsComeBack from './046-refunds-come-back.ts';
import * as refundsByProviderId from './047-refunds-by-provider-id.ts';
import * as whoCancelled from './048-who-cancelled.ts';
import * as sellers from './050-sellers.ts';
import * as ordersHaveReceipts from './051-orders-have-receipts.ts';
import * as payoutAccounts from './052-payout-accounts.ts';
import * as paymentsHaveAPayoutAccount from './053-payments-have-a-payout-account.ts';
import * as accountLinks from './054-account-links.ts';
import * as payoutsAreTraceable from './055-payouts-are-traceable.ts';
import * as auditLog from './056-audit-log.ts';
import * as bansHaveAReason from './057-bans-have-a-reason.ts';
import * as sessions from './058-sessions.ts';
import * as unconfirmedAddresses from './059-unconfirmed-addresses.ts';
import * as chosenLocales from './060-chosen-locales.ts';
import * as passkeys from './062-passkeys.ts';
import * as secondFactors from './063-second-factors.ts';
import * as factorChallenges from './064-factor-challenges.ts';
import * as outboxLanes from './065-outbox-has-lanes.ts';
import * as notificationChoices from './066-notification-choices.ts';
import * as phones from './067-phones.ts';
import * as reminders from './068-reminders.ts';
import * as ticketCodes from './070-ticket-codes.ts';
import * as doorOfUndone from './071-undone-check-ins-have-a-door.ts';
import * as doorOfCheckIns from './072-check-ins-have-a-door.ts';
import * as doubleAdmissions from './073-double-admissions.ts';
import * as organizerRequests from './078-organizer-requests.ts';
import * as deletedUsers from './079-deleted-users.ts';
import * as mailings from './082-mailings.ts';
import * as outboxMailings from './083-outbox-knows-mailings.ts';
import * as orderMailsAgain from './084-order-mails-sent-again.ts';
import * as eventsCancelled from './085-events-can-be-cancelled.ts';

const migrations: Record<string, Knex.Migration> = {
  '001-accounts': accounts,
  '002-events-and-drops': events,
  '003-payments-and-orders': payments,
  '004-pause': pause,
  '005-check-ins': checkIns,
  '006-orders-of-a-drop-by-time': ordersByTime,
  '007-ledger': ledger,
  '008-outbox-tries': outboxTries,
  '009-locale-of-users': localeOfUsers,
  '010-time-zone-of-events': timeZoneOfEvents,
  '011-drop-schedules': dropSchedules,
  '012-replication-beat': replicationBeat,
  '013-duties-read-little': dutiesReadLittle,
  '014-retired-drops': retiredDrops,
  '015-withheld-seats': withheldSeats,
  '016-lapse-pause': lapsePause,
  '017-names-of-sold-seats': namesOfSoldSeats,
  '018-sold-seats-have-names': soldSeatsHaveNames,
  '019-check-ins-have-a-nonce': checkInsHaveANonce,
  '020-undone-check-ins': undoneCheckIns,
  '021-sessions-end-with-a-ban': sessionsEndWithABan,
  '022-announcements': announcements,
  '023-drops-count-announcements': dropsCountAnnouncements,
  '024-time-to-pay': timeToPay,
  '025-refunds': refunds,
  '026-drops-have-a-terms-version': termsVersion,
  '027-drops-have-fees': feesOfDrops,
  '028-seats-of-refunds': seatsOfRefunds,
  '029-payments-wait-for-buyers': paymentsWaitForBuyers,
  '030-orders-have-a-breakdown': breakdownOfOrders,
  '031-late-payments': latePayments,
  '033-returns': returns,
  '040-disputes': disputes,
  '041-payment-events': paymentEvents,
  '042-outside-refunds': outsideRefunds,
  '043-payments-by-provider-id': paymentsByProviderId,
  '044-orders-by-seat': ordersBySeat,
  '045-users-by-name': usersByName,
  '046-refunds-come-back': refundsComeBack,
  '047-refunds-by-provider-id': refundsByProviderId,
  '048-who-cancelled': whoCancelled,
  '050-sellers': sellers,
  '051-orders-have-receipts': ordersHaveReceipts,
  '052-payout-accounts': payoutAccounts,
  '053-payments-have-a-payout-account': paymentsHaveAPayoutAccount,
  '054-account-links': accountLinks,
  '055-payouts-are-traceable': payoutsAreTraceable,
  '056-audit-log': auditLog,
  '057-bans-have-a-reason': bansHaveAReason,
  '058-sessions': sessions,
  '059-unconfirmed-addresses': unconfirmedAddresses,
  '060-chosen-locales': chosenLocales,
  '062-passkeys': passkeys,
  '063-second-factors': secondFactors,
  '064-factor-challenges': factorChallenges,
  '065-outbox-has-lanes': outboxLanes,
  '066-notification-choices': notificationChoices,
  '067-phones': phones,
  '068-reminders': reminders,
  '070-ticket-codes': ticketCodes,
  '071-undone-check-ins-have-a-door': doorOfUndone,
  '072-check-ins-have-a-door': doorOfCheckIns,
  '073-double-admissions': doubleAdmissions,
  '078-organizer-requests': organizerRequests,
  '079-deleted-users': deletedUsers,
  '082-mailings': mailings,
  '083-outbox-knows-mailings': outboxMailings,
  '084-order-mails-sent-again': orderMailsAgain,
  '085-events-can-be-cancelled': eventsCancelled,
};

/** Imported statically, so that the compiler checks the migrations that run. */
const source: Knex.MigrationSource<string> = {
  getMigrations: () => Promise.resolve(Object.keys(migrations)),
  getMigrationName: (name) => name,
  getMigration: (name) => {
    const migration = migrations[name];
    return migration
      ? Promise.resolve(migration)
      : Promise.reject(new Error(`There is no migration ${name}`));
  },
};

const options: Knex.MigratorConfig = {
  migrationSource: source,
  disableTransactions: true,
  // The previous version may be deployed again, and then finds migrations that it does not know.
  disableMigrationsListValidation: true,
};

/** Runs all pending migrations and returns their names. */
export async function migrate(db: Knex): Promise<string[]> {
  const [, run] = (await db.migrate.latest(options)) as [number, string[]];
  return run;
}

/** Runs the next migration and returns its name; undefined if none is pending. */
export async function migrateOnce(db: Knex): Promise<string | undefined> {
  const [, run] = (await db.migrate.up(options)) as [number, string[]];
  return run[0];
}
