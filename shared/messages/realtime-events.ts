/** Every Socket.IO event, with its payload. Realtime sends them, web listens; both import this file. */
import type { z } from 'zod';
import type { dropStanding } from '../contract/drops.ts';
import type { EntryState } from '../contract/entries.ts';
import type { Announcement } from '../contract/announcements.ts';

/** The state of a drop, the same by socket and by HTTP. */
export type DropState = z.infer<typeof dropStanding>;

/** Rows of a drop that changed: the index from 0, and one character per seat as in GET /api/drops/:id/seats. */
export type SeatNews = { dropId: number; rows: [index: number, seats: string][] };

/** News may arrive late: ignore it if its `entry.version` is lower than that of the known state. */
export type EntryNews = { dropId: number; entry: EntryState };

/** Announcements of a drop arrive in the order of their numbers, which start at 1. */
export type AnnouncementNews = { dropId: number; announcement: Announcement };

export type ServerEvents = {
  'drop:state': (state: DropState) => void;
  /** To all watchers, before the `drop:state` that counts it. It may arrive twice. */
  'drop:announced': (news: AnnouncementNews) => void;
  /** To watchers with `seats`, at most four times a second. */
  'drop:seats': (news: SeatNews) => void;
  /** The outcome of this buyer's entry. */
  'entry:outcome': (news: EntryNews) => void;
  /** This buyer got seats from standby. */
  'hold:promoted': (news: EntryNews) => void;
  /** This buyer's hold expired unpaid, was given up or refunded, or the drop was cancelled. */
  'hold:released': (news: EntryNews) => void;
  'order:paid': (news: EntryNews) => void;
};

export type WatchAnswer =
  /**
   * `seats`: one string per row, if they were asked for. They are missing if the socket has not received yet what was
   * sent to it before: ask again a little later.
   */
  | { ok: true; drop: DropState; entry: EntryState; seats?: string[] }
  | { ok: false; code: 'invalid_request' | 'not_found' | 'too_many_requests' | 'unavailable' };

export type UnwatchAnswer = { ok: true } | { ok: false; code: 'invalid_request' | 'too_many_requests' };

export type ClientEvents = {
  /** Subscribes this socket to the drop's events. The answer has the present state. */
  'drop:watch': (request: { dropId: number; seats?: boolean }, answer: (answer: WatchAnswer) => void) => void;
  'drop:unwatch': (request: { dropId: number }, answer?: (answer: UnwatchAnswer) => void) => void;
};

/** The payload that a client sends with an event. */
export type RequestOf<E extends keyof ClientEvents> = Parameters<ClientEvents[E]>[0];
/** The answer to an event of a client. */
export type AnswerTo<E extends keyof ClientEvents> = Parameters<
  NonNullable<Parameters<ClientEvents[E]>[1]>
>[0];

/** Events that realtime processes send each other through the adapter. */
export type InterServerEvents = {
  /** From a process that has found the announcement in MySQL. */
  'drop:announced': (news: AnnouncementNews) => void;
};

/** Events for one buyer. */
export type BuyerEvent = Extract<keyof ServerEvents, `${'entry' | 'hold' | 'order'}:${string}`>;

/**
 * The news that other tiers send to realtime over Redis, once per batch: everything that happened to buyers of one
 * drop. Buyers who got nothing are listed by id only, since most buyers of a rush get nothing.
 */
export type DropNews = {
  dropId: number;
  events: { to: number; event: BuyerEvent; entry: EntryState }[];
  soldOut: number[];
  /** The version of the state `sold_out` for the buyers in `soldOut`. */
  soldOutVersion?: number;
};
