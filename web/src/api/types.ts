/** The API's answers as types. The schemas themselves, and zod, are loaded only with a form. */
import type { z } from 'zod';
import type { me, user } from '@seatdrop/shared/contract/accounts.ts';
import type { paymentOpen } from '@seatdrop/shared/contract/checkout.ts';
import type { drop, dropSummary, seatRows } from '@seatdrop/shared/contract/drops.ts';
import type { EntryState } from '@seatdrop/shared/contract/entries.ts';
import type { event, eventSummary } from '@seatdrop/shared/contract/events.ts';
import type { money } from '@seatdrop/shared/contract/money.ts';
import type { order } from '@seatdrop/shared/contract/orders.ts';
import type { seat } from '@seatdrop/shared/contract/seats.ts';

export type { DropPhase as Phase } from '@seatdrop/shared/drops/phase.ts';
export type { Announcement } from '@seatdrop/shared/contract/announcements.ts';
export type { LedgerItem } from '@seatdrop/shared/contract/ledger.ts';
export type { DropState } from '@seatdrop/shared/messages/realtime-events.ts';

export type Entry = EntryState;
export type ReleaseReason = Exclude<NonNullable<Entry['reason']>, 'hold_lapsed'>;
/** A server of the version before sends no `locale`. */
export type Me = Pick<z.infer<typeof me>, 'user' | 'scope' | 'needs'> &
  Partial<Pick<z.infer<typeof me>, 'locale'>>;
export type User = z.infer<typeof user> & {
  /** Language of mails. */
  locale?: NonNullable<Me['locale']>;
  /** The user is banned, and the session gives access to their tickets alone. */
  scope?: 'tickets';
  /** The e-mail address is not confirmed, and buying needs that. */
  isUnconfirmed?: true;
  /** What is missing before staff can act. */
  needs?: NonNullable<Me['needs']>;
};
export type Money = z.infer<typeof money>;
export type PaymentOpen = z.infer<typeof paymentOpen>;
export type Drop = z.infer<typeof drop>;
export type SeatRows = z.infer<typeof seatRows>;
export type DropSummary = z.infer<typeof dropSummary>;
export type Event = z.infer<typeof event>;
export type EventSummary = z.infer<typeof eventSummary>;
export type Seat = z.infer<typeof seat>;
/** A server of the version before, which may still answer during an update, sends no `lines`. */
export type Order = Omit<z.infer<typeof order>, 'lines'> & Partial<Pick<z.infer<typeof order>, 'lines'>>;
export type Page<T> = { items: T[]; next: string | null };
