/** Every Socket.IO event, with its payload. Realtime sends them, web listens; both import this file. */
import type { EntryState } from './contract/entries.ts';

/** How a drop stands. Seats, but for `standby`, which counts buyers. */
export type DropState = {
  dropId: number;
  /** ISO 8601, the server's clock, for countdowns. */
  serverTime: string;
  capacity: number;
  free: number;
  held: number;
  sold: number;
  standby: number;
  /** Neither a seat nor a place in standby is left at the moment. */
  soldOut: boolean;
};

export type EntryNews = { dropId: number; entry: EntryState };

export type ServerEvents = {
  'drop:state': (state: DropState) => void;
  /** The outcome of this buyer's entry. */
  'entry:outcome': (news: EntryNews) => void;
  /** This buyer got seats from standby. */
  'hold:promoted': (news: EntryNews) => void;
  /** This buyer's hold has ended unpaid, was given back or refunded; or the drop was cancelled. */
  'hold:released': (news: EntryNews) => void;
  'order:paid': (news: EntryNews) => void;
};

export type WatchAnswer =
  | { ok: true; drop: DropState; entry: EntryState }
  | { ok: false; code: 'invalid_request' | 'not_found' | 'too_many_requests' | 'unavailable' };

export type UnwatchAnswer = { ok: true } | { ok: false; code: 'invalid_request' | 'too_many_requests' };

export type ClientEvents = {
  /** From here on this socket gets the drop's events; answered with how things stand. */
  'drop:watch': (request: { dropId: number }, answer: (answer: WatchAnswer) => void) => void;
  'drop:unwatch': (request: { dropId: number }, answer?: (answer: UnwatchAnswer) => void) => void;
};

/** Events for one buyer. */
export type BuyerEvent = Exclude<keyof ServerEvents, 'drop:state'>;

/**
 * What the tiers tell realtime over Redis, once per batch: all that happened to buyers of one drop. Those who got
 * nothing are only numbers, since most buyers of a rush are.
 */
export type DropNews = {
  dropId: number;
  events: { to: number; event: BuyerEvent; entry: EntryState }[];
  soldOut: number[];
};
