/** What the API says, as types. Only types: the schemas themselves are loaded where something is typed in. */
import type { z } from 'zod';
import type { user } from '../../../shared/contract/accounts.ts';
import type { drop, dropSummary } from '../../../shared/contract/drops.ts';
import type { EntryState } from '../../../shared/contract/entries.ts';
import type { event, eventSummary } from '../../../shared/contract/events.ts';
import type { order } from '../../../shared/contract/orders.ts';
import type { money } from '../../../shared/contract/money.ts';
import type { seat } from '../../../shared/contract/seats.ts';
import type { DropState as PushedState } from '../../../shared/realtime-events.ts';

export type User = z.infer<typeof user>;
export type Money = z.infer<typeof money>;
export type Phase = 'scheduled' | 'open' | 'paused' | 'closed' | 'cancelled';
export type Drop = Omit<z.infer<typeof drop>, 'state'> & { state: Phase };
export type DropSummary = Omit<z.infer<typeof dropSummary>, 'state'> & { state: Phase };
export type Event = Omit<z.infer<typeof event>, 'drops'> & { drops: Drop[] };
export type EventSummary = Omit<z.infer<typeof eventSummary>, 'drops'> & { drops: DropSummary[] };
export type Seat = z.infer<typeof seat>;

/** `ticket`: the signed text in the code on a ticket, for the owner of the order. */
export type Order = Omit<z.infer<typeof order>, 'seats'> & { seats: (Seat & { ticket?: string })[] };

export type Page<T> = { items: T[]; next: string | null };

/** Servers that know pausing say the phase and the times along with the figures. */
export type DropState = PushedState & { phase?: Phase; opensAt?: string; closesAt?: string };

export type ReleaseReason = 'expired' | 'given_back' | 'cancelled' | 'refunded' | 'declined';

/** `mayComeBack`: seats held or being paid, which standby would get if they are not bought. */
export type Entry = EntryState & { mayComeBack?: number; reason?: ReleaseReason };
