/** The queries of the pages for organizers and administrators, with their cache keys. */
import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import type { z } from 'zod';
import type { auditRecord } from '@seatdrop/shared/contract/audit.ts';
import type { account } from '@seatdrop/shared/contract/accounts.ts';
import type { checkInCounts } from '@seatdrop/shared/contract/check-ins.ts';
import type { dropListed, dropStats } from '@seatdrop/shared/contract/drops.ts';
import type { holderCounts, mailing } from '@seatdrop/shared/contract/mailings.ts';
import type { health, parkedMessages } from '@seatdrop/shared/contract/operations.ts';
import type { orderPayments } from '@seatdrop/shared/contract/order-payments.ts';
import type { payoutAccount } from '@seatdrop/shared/contract/payouts.ts';
import type { foundOrder, orderPaidToPlatform, soldOrder } from '@seatdrop/shared/contract/orders.ts';
import type { ownSeller } from '@seatdrop/shared/contract/seller.ts';
import type { dropReport } from '@seatdrop/shared/contract/reports.ts';
import { ask } from '../api/http.ts';
import { one, pages } from '../api/reading.ts';
import type { EventSummary, Phase } from '../api/types.ts';

export type Account = z.infer<typeof account>;
export type AuditRecord = z.infer<typeof auditRecord>;
export type CheckInCounts = z.infer<typeof checkInCounts>;
export type DropListed = z.infer<typeof dropListed>;
export type DropStats = z.infer<typeof dropStats>;
export type FoundOrder = z.infer<typeof foundOrder>;
export type HolderCounts = z.infer<typeof holderCounts>;
export type Mailing = z.infer<typeof mailing>;
export type Health = z.infer<typeof health>;
export type OrderPaidToPlatform = z.infer<typeof orderPaidToPlatform>;
export type OrderPayments = z.infer<typeof orderPayments>;
export type OwnSeller = z.infer<typeof ownSeller>;
export type ParkedMessages = z.infer<typeof parkedMessages>;
export type PayoutAccount = z.infer<typeof payoutAccount>;
export type SoldOrder = z.infer<typeof soldOrder>;
export type Report = z.infer<typeof dropReport>;

export const ownEventsQuery = (userId: number) => ({
  ...pages<EventSummary>(['own events', userId], '/events?mine=true', 20),
  refetchInterval: 10_000,
});

export const statsQuery = (dropId: number) => one<DropStats>(['stats', dropId], `/drops/${dropId}/stats`);

export const soldOrdersQuery = (dropId: number) =>
  pages<SoldOrder>(['sold orders', dropId], `/drops/${dropId}/orders`, 30);

export const foundOrdersQuery = (search: string) => ({
  ...pages<FoundOrder>(['found orders', search], `/orders/search?q=${encodeURIComponent(search)}`, 30),
  // During typing the previous list stays until the next one has come.
  placeholderData: keepPreviousData,
});

export const ordersOfUserQuery = (userId: string) =>
  pages<FoundOrder>(['orders of user', userId], `/users/${encodeURIComponent(userId)}/orders`, 30);

export const paidToPlatformQuery = pages<OrderPaidToPlatform>(
  ['paid to platform'],
  '/orders/paid-to-platform',
  30,
);

export const orderPaymentsQuery = (orderId: string) =>
  one<OrderPayments>(['order payments', orderId], `/orders/${encodeURIComponent(orderId)}/payments`);

export const sellerQuery = (userId: number) => one<OwnSeller>(['seller', userId], '/seller');
/** @param asksProvider whether the payment provider is asked, or what it said last is enough */
export const payoutAccountQuery = ({ asksProvider }: { asksProvider: boolean }) =>
  queryOptions({
    queryKey: ['payout account', asksProvider],
    queryFn: async ({ signal }) =>
      asksProvider
        ? (await ask<PayoutAccount>('POST', '/payout-account/check', { signal })).data
        : (await ask<PayoutAccount>('GET', '/payout-account', { signal })).data,
  });

export const reportQuery = (dropId: number) => one<Report>(['report', dropId], `/drops/${dropId}/report`);

export const holdersQuery = (eventId: number, dropId?: number) =>
  one<HolderCounts>(
    ['holders', eventId, dropId],
    `/events/${eventId}/holders${dropId === undefined ? '' : `?dropId=${dropId}`}`,
  );

export const mailingsQuery = (eventId: number) => ({
  ...pages<Mailing>(['mailings', eventId], `/events/${eventId}/mailings`, 20),
  refetchInterval: 5_000,
});

export const checkInsQuery = (eventId: number) => ({
  ...one<CheckInCounts>(['check-ins', eventId], `/events/${eventId}/check-ins`),
  refetchInterval: 5_000,
});

export const accountsQuery = (search: string) => ({
  ...pages<Account>(
    ['accounts', search],
    search === '' ? '/users' : `/users?query=${encodeURIComponent(search)}`,
    30,
  ),
  // During typing the previous list stays until the next one has come.
  placeholderData: keepPreviousData,
});

/** @param query the filters, as in the address */
export const auditLogQuery = (query: string) => ({
  ...pages<AuditRecord>(['audit', query], query === '' ? '/audit' : `/audit?${query}`, 30),
  // While filters change the previous list stays until the next one has come.
  placeholderData: keepPreviousData,
});

export const allDropsQuery = (phase: Phase | undefined) => ({
  ...pages<DropListed>(['all drops', phase], phase === undefined ? '/drops' : `/drops?phase=${phase}`, 30),
  refetchInterval: 10_000,
  placeholderData: keepPreviousData,
});

export const parkedQuery = {
  ...one<ParkedMessages>(['parked'], '/parked?limit=50'),
  refetchInterval: 5_000,
};

export const healthQuery = { ...one<Health>(['health'], '/health'), refetchInterval: 2_000 };
