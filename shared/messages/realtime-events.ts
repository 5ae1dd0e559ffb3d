/** Every Socket.IO event, with its payload. Realtime sends them, web listens; both import this file. */
import type { z } from 'zod';
import type { dropStanding } from '../contract/drops.ts';
import type { EntryState } from '../contract/entries.ts';
import type { Announcement } from '../contract/announcements.ts';

/** How a drop stands, by socket the same as by HTTP. */
export type DropState = z.infer<typeof dropStanding>;

/** Rows of a drop that changed: number from 0, and one character a seat as in GET /api/drops/:id/seats. */
export type SeatNews = { dropId: number; rows: [index: number, seats: string][] };

/** News may be late: what has a lower `entry.version` than what is known already is to be ignored. */
export type EntryNews = { dropId: number; entry: EntryState };

/** Announcements of a drop come in the order of their numbers, which begin with 1. */
export type AnnouncementNews = { dropId: number; announcement: Announcement };

export type ServerEvents = {
  'drop:state': (state: DropState) => void;
  /** To all who watch, before the `drop:state` that counts it. It may come twice. */
  'drop:announced': (news: AnnouncementNews) => void;
  /** To those who watch with `seats`, at most four times a second. */
  'drop:seats': (news: SeatNews) => void;
  /** The outcome of this buyer's entry. */
  'entry:outcome': (news: EntryNews) => void;
  /** This buyer got seats from standby. */
  'hold:promoted': (news: EntryNews) => void;
  /** This buyer's hold has ended unpaid, was given back or refunded; or the drop was cancelled. */
  'hold:released': (news: EntryNews) => void;
  'order:paid': (news: EntryNews) => void;
};

export type WatchAnswer =
  /**
   * `seats`: one string a row, when they were asked for. They are missing where the socket has not taken yet what it
   * was sent before: ask again a little later.
   */
  | { ok: true; drop: DropState; entry: EntryState; seats?: string[] }
  | { ok: false; code: 'invalid_request' | 'not_found' | 'too_many_requests' | 'unavailable' };

export type UnwatchAnswer = { ok: true } | { ok: false; code: 'invalid_request' | 'too_many_requests' };

export type ClientEvents = {
  /** From here on this socket gets the drop's events; answered with how things stand. */
  'drop:watch': (request: { dropId: number; seats?: boolean }, answer: (answer: WatchAnswer) => void) => void;
  'drop:unwatch': (request: { dropId: number }, answer?: (answer: UnwatchAnswer) => void) => void;
};

/** What a client sends with an event, and what it is answered. */
export type RequestOf<E extends keyof ClientEvents> = Parameters<ClientEvents[E]>[0];
export type AnswerTo<E extends keyof ClientEvents> = Parameters<
  NonNullable<Parameters<ClientEvents[E]>[1]>
>[0];

/** Events that realtime processes send each other through the adapter. */
export type InterServerEvents = {
  /** From a process that has seen the announcement in MySQL. */
  'drop:announced': (news: AnnouncementNews) => void;
};

/** Events for one buyer. */
export type BuyerEvent = Extract<keyof ServerEvents, `${'entry' | 'hold' | 'order'}:${string}`>;

/**
 * What the tiers tell realtime over Redis, once per batch: all that happened to buyers of one drop. Those who got
 * nothing are only numbers, since most buyers of a rush are.
 */
export type DropNews = {
  dropId: number;
  events: { to: number; event: BuyerEvent; entry: EntryState }[];
  soldOut: number[];
  /** As of which they got nothing. */
  soldOutVersion?: number;
};
