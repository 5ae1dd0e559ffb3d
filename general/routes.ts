/** Everything this tier answers, in the order of its documentation. */
import { announce } from './announcements/announce.ts';
import { listAnnouncements } from './announcements/list-announcements.ts';
import { listActs } from './audit/list-acts.ts';
import { banUser } from './accounts/ban-user.ts';
import { changeEmail } from './accounts/change-email.ts';
import { changePassword } from './accounts/change-password.ts';
import { changeProfile } from './accounts/change-profile.ts';
import { changeRole } from './accounts/change-role.ts';
import { confirmEmail } from './accounts/confirm-email.ts';
import { endOtherSessions, endSession } from './accounts/end-sessions.ts';
import { findAccounts } from './accounts/find-accounts.ts';
import { forgotPassword } from './accounts/forgot-password.ts';
import { listSessions } from './accounts/list-sessions.ts';
import { resetPassword } from './accounts/reset-password.ts';
import { removeFactorsOfUser } from './accounts/second-factor/remove-factors-of-user.ts';
import { secondFactorRoutes } from './accounts/second-factor/routes.ts';
import { sendConfirmation } from './accounts/send-confirmation.ts';
import { signIn } from './accounts/sign-in.ts';
import { signOut } from './accounts/sign-out.ts';
import { signUp } from './accounts/sign-up.ts';
import { unbanUser } from './accounts/unban-user.ts';
import { whoAmI } from './accounts/who-am-i.ts';
import { doorRoutes } from './check-ins/door-routes.ts';
import { showTickets } from './check-ins/show-tickets.ts';
import type { Deps } from './deps.ts';
import { checkOut } from './checkout/check-out.ts';
import { cancelDrop } from './drops/cancel-drop.ts';
import { leaveEntry } from './entry/leave-entry.ts';
import { listOwnEntries } from './entry/list-own-entries.ts';
import { showEntry } from './entry/show-entry.ts';
import { refundOrder } from './orders/refund-order.ts';
import { listParked } from './parked/list-parked.ts';
import { resendParked } from './parked/resend-parked.ts';
import { connectAccount } from './payouts/connect-account.ts';
import { checkAccount, showAccount } from './payouts/show-account.ts';
import { acceptOrganizer, declineOrganizer } from './organizer-requests/decide-request.ts';
import { listOrganizerRequests } from './organizer-requests/list-requests.ts';
import { askToOrganize, showOwnRequest } from './organizer-requests/own-request.ts';
import { deleteAccount } from './own-data/delete-account.ts';
import { exportData } from './own-data/export-data.ts';
import { receiveReturn } from './payments/receive-return.ts';
import { receiveWebhook } from './payments/receive-webhook.ts';
import { createDrop } from './drops/create-drop.ts';
import { editDrop } from './drops/edit-drop.ts';
import { listDrops } from './drops/list-drops.ts';
import { pauseDrop, resumeDrop } from './drops/pause-drop.ts';
import { showDropStats } from './drops/show-drop-stats.ts';
import { showDrop } from './drops/show-drop.ts';
import { showSeats } from './drops/show-seats.ts';
import { createEvent } from './events/create-event.ts';
import { editEvent } from './events/edit-event.ts';
import { listEvents } from './events/list-events.ts';
import { showCalendar } from './events/show-calendar.ts';
import { showEvent } from './events/show-event.ts';
import type { Route } from './http/route.ts';
import { chooseNotifications, showNotifications } from './notifications/choose-notifications.ts';
import { changePhone, confirmPhone, removePhone } from './notifications/change-phone.ts';
import { downloadOpening } from './reminders/download-opening.ts';
import { removeReminder, setReminder, showReminder } from './reminders/set-reminder.ts';
import { holderRoutes } from './mailings/holder-routes.ts';
import { showHealth } from './health/show-health.ts';
import { showLedger } from './ledger/show-ledger.ts';
import { listOrders } from './orders/list-orders.ts';
import { listOrdersOfUser } from './orders/list-orders-of-user.ts';
import { listSoldOrders } from './orders/list-sold-orders.ts';
import { listPaidToPlatform } from './orders/list-paid-to-platform.ts';
import { searchOrders } from './orders/search-orders.ts';
import { showOrder } from './orders/show-order.ts';
import { showPayments } from './orders/show-payments.ts';
import { exportOrders } from './reports/export-orders.ts';
import { changeSeller } from './receipts/change-seller.ts';
import { showReceipt } from './receipts/show-receipt.ts';
import { showSeller } from './receipts/show-seller.ts';
import { showReport } from './reports/show-report.ts';

export function createRoutes(deps: Deps): Route[] {
  return [
    ...ownAccount(deps),
    ...ownNews(deps),
    ...ownData(deps),
    ...organizerRequests(deps),
    ...secondFactorRoutes(deps),
    findAccounts(deps),
    banUser(deps),
    unbanUser(deps),
    changeRole(deps),
    removeFactorsOfUser(deps),
    listEvents(deps),
    showEvent(deps),
    showCalendar(deps),
    createEvent(deps),
    editEvent(deps),
    ...holderRoutes(deps),
    listDrops(deps),
    showDrop(deps),
    showSeats(deps),
    ...remindersOf(deps),
    createDrop(deps),
    editDrop(deps),
    pauseDrop(deps),
    resumeDrop(deps),
    announce(deps),
    listAnnouncements(deps),
    showDropStats(deps),
    showReport(deps),
    showLedger(deps),
    exportOrders(deps),
    listSoldOrders(deps),
    listOrders(deps),
    // Before the order with an id, since its path would match.
    searchOrders(deps),
    listPaidToPlatform(deps),
    listOrdersOfUser(deps),
    showOrder(deps),
    showPayments(deps),
    showReceipt(deps),
    showTickets(deps),
    showSeller(deps),
    changeSeller(deps),
    ...doorRoutes(deps),
    showEntry(deps),
    leaveEntry(deps),
    listOwnEntries(deps),
    checkOut(deps),
    refundOrder(deps),
    cancelDrop(deps),
    showAccount(deps),
    connectAccount(deps),
    checkAccount(deps),
    receiveWebhook(deps),
    receiveReturn(deps),
    listParked(deps),
    resendParked(deps),
    listActs(deps),
    showHealth(deps),
  ];
}

const ownAccount = (deps: Deps): Route[] => [
  signUp(deps),
  signIn(deps),
  signOut(deps),
  whoAmI(deps),
  forgotPassword(deps),
  resetPassword(deps),
  changePassword(deps),
  confirmEmail(deps),
  sendConfirmation(deps),
  changeEmail(deps),
  changeProfile(deps),
  listSessions(deps),
  endSession(deps),
  endOtherSessions(deps),
];

const ownData = (deps: Deps): Route[] => [exportData(deps), deleteAccount(deps)];

const organizerRequests = (deps: Deps): Route[] => [
  showOwnRequest(deps),
  askToOrganize(deps),
  listOrganizerRequests(deps),
  acceptOrganizer(deps),
  declineOrganizer(deps),
];

const ownNews = (deps: Deps): Route[] => [
  showNotifications(deps),
  chooseNotifications(deps),
  changePhone(deps),
  confirmPhone(deps),
  removePhone(deps),
];

const remindersOf = (deps: Deps): Route[] => [
  showReminder(deps),
  setReminder(deps),
  removeReminder(deps),
  downloadOpening(deps),
];
