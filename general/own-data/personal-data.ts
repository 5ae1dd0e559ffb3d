/**
 * Every column that names a user, what the export says of it, and what deleting the account does to its rows. A test
 * compares this list with the schema: a new column that names a user has to be added here (docs/decisions/052).
 */

type PersonalColumn = {
  /** `table.column`. */
  column: string;
  /** Part of the export that has these rows, or why none has. */
  exported: { as: string } | { leftOut: string };
  /** `kept`: the row goes on to refer to the user, whose own row then has neither name nor address. */
  onDeletion: 'deleted' | 'kept';
};

const inActs = { leftOut: 'the act is among the acts of the audit log' };
const ofOthers = { leftOut: 'the row is about another user' };

export const personalColumns: readonly PersonalColumn[] = [
  { column: 'account_links.email', exported: { as: 'links' }, onDeletion: 'deleted' },
  { column: 'account_links.user_id', exported: { as: 'links' }, onDeletion: 'deleted' },
  { column: 'announcements.announced_by', exported: inActs, onDeletion: 'kept' },
  { column: 'audit_log.actor_id', exported: { as: 'acts' }, onDeletion: 'kept' },
  { column: 'check_ins.checked_in_by', exported: { as: 'ticketsChecked' }, onDeletion: 'kept' },
  { column: 'double_admissions.admitted_by', exported: { as: 'ticketsChecked' }, onDeletion: 'kept' },
  { column: 'drops.cancelled_by', exported: inActs, onDeletion: 'kept' },
  { column: 'events.organizer_id', exported: { as: 'events' }, onDeletion: 'kept' },
  {
    column: 'factor_challenges.user_id',
    exported: { leftOut: 'secrets, worthless after minutes' },
    onDeletion: 'deleted',
  },
  { column: 'ledger_buyers.user_id', exported: { as: 'entries' }, onDeletion: 'kept' },
  {
    column: 'mailings.last_user',
    exported: { leftOut: 'says only how far a mailing is' },
    onDeletion: 'kept',
  },
  { column: 'mailings.written_by', exported: inActs, onDeletion: 'kept' },
  { column: 'notification_choices.user_id', exported: { as: 'chosenNews' }, onDeletion: 'deleted' },
  { column: 'order_mails_again.asked_by', exported: inActs, onDeletion: 'kept' },
  { column: 'orders.user_id', exported: { as: 'orders' }, onDeletion: 'kept' },
  { column: 'organizer_requests.decided_by', exported: ofOthers, onDeletion: 'kept' },
  {
    column: 'organizer_requests.open_of',
    exported: { leftOut: 'computed from user_id and status' },
    onDeletion: 'kept',
  },
  { column: 'organizer_requests.user_id', exported: { as: 'organizerRequests' }, onDeletion: 'deleted' },
  { column: 'passkeys.user_id', exported: { as: 'passkeys' }, onDeletion: 'deleted' },
  // Those of orders are exported with the orders, all others with the entries that they pay.
  { column: 'payment_attempts.user_id', exported: { as: 'orders' }, onDeletion: 'kept' },
  { column: 'payout_accounts.user_id', exported: { as: 'payoutAccounts' }, onDeletion: 'kept' },
  { column: 'phone_codes.user_id', exported: { as: 'phones' }, onDeletion: 'deleted' },
  { column: 'refunds.asked_by', exported: inActs, onDeletion: 'kept' },
  { column: 'reminders.user_id', exported: { as: 'reminders' }, onDeletion: 'deleted' },
  { column: 'second_factors.user_id', exported: { as: 'authenticatorApps' }, onDeletion: 'deleted' },
  { column: 'sellers.organizer_id', exported: { as: 'seller' }, onDeletion: 'kept' },
  { column: 'sessions.user_id', exported: { as: 'sessions' }, onDeletion: 'deleted' },
  { column: 'undone_check_ins.checked_in_by', exported: { as: 'ticketsChecked' }, onDeletion: 'kept' },
  { column: 'undone_check_ins.undone_by', exported: { as: 'ticketsChecked' }, onDeletion: 'kept' },
];

/** The columns of a user's own row: as which field of the profile they are exported, or why not. */
export const userColumns: Readonly<Record<string, { as: string } | { leftOut: string }>> = {
  id: { as: 'id' },
  email: { as: 'email' },
  name: { as: 'name' },
  last_name: { leftOut: 'computed from the name' },
  password_hash: { leftOut: 'a secret' },
  role: { as: 'role' },
  locale: { as: 'language' },
  banned_at: { as: 'bannedAt' },
  ban_reason: { leftOut: 'written by administrators for each other' },
  locale_is_chosen: { leftOut: 'says only where the language comes from' },
  unconfirmed_since: { leftOut: 'whether the address is confirmed is seen on every page' },
  sessions_since: { leftOut: 'a technical time: when sessions were last ended' },
  created_at: { as: 'createdAt' },
  deleted_at: { leftOut: 'null as long as there is somebody to export for' },
  erased_at: { leftOut: 'null as long as there is somebody to export for' },
};

/** What a user's own row becomes. Columns that are not here keep their value. */
export const rowOfDeleted = (id: number) => ({
  // No address: nobody can sign up or sign in with it.
  email: `deleted:${id}`,
  name: deletedName,
  password_hash: '',
  role: 'shopper' as const,
  locale: null,
  ban_reason: null,
  // Otherwise the account would be taken for one whose address has to be freed.
  unconfirmed_since: null,
});

export const deletedName = 'Deleted user';
