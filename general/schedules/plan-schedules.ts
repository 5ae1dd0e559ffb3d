/** Plans the calls to AWS for a drop from its terms, what was sent to AWS before, and the time. Pure functions. */
import { soon, type ScheduleKind } from '../../lambda/scale/scale-event.ts';
import type { Drop } from '../../shared/drops/drop.ts';
import { decidedWithinMs } from '../duties/end-drops.ts';

/** Times here and below are milliseconds since 1970. Within its window a drop needs the capacity of a sale. */
export type Window = { from: number; until: number };

/** One call of the lambda `scale`, at a time, for a window. */
export type Schedule = { kind: ScheduleKind; at: number; window: Window };

/** The schedules sent to AWS: the window by the drop's terms, and the times of the calls. */
export type SentSchedules = Window & { upAt: number; downAt: number; sentAt: number };

export type SchedulePlan = {
  puts: Schedule[];
  removes: ScheduleKind[];
  /** What AWS has once the plan is carried out; undefined if the drop then has no schedules. */
  sent: SentSchedules | undefined;
};

export type DropTimes = Pick<Drop, 'opensAt' | 'closesAt' | 'holdSeconds' | 'cancelled'>;

const minuteMs = 60_000;
/** Time after the last hold could end: for late timers, and payments that are settled by asking. */
const settlingMs = 15 * minuteMs;
/** A time in the past is set this far ahead, since AWS refuses a time that is past when the request arrives. */
const leadMs = minuteMs;
/** Schedules are sent again after this time, in case they were lost or changed at AWS. */
const resendAfterMs = 60 * minuteMs;
/** How long before capacity goes down it is checked whether it may. */
const noticeMs = 10 * minuteMs;

/**
 * The window lasts until the last entry is decided, its hold has ended and its payment is settled. A hold that ends
 * unpaid may be followed by a hold from standby, also after closing: see `putOff`.
 */
function windowOf(drop: DropTimes, upBeforeMs: number): Window {
  return {
    from: drop.opensAt - upBeforeMs,
    until: drop.closesAt + decidedWithinMs + drop.holdSeconds * 1_000 + settlingMs,
  };
}

/** Returns undefined if AWS has everything it needs. */
export function planSchedules(
  drop: DropTimes,
  sent: SentSchedules | undefined,
  upBeforeMs: number,
  now: number,
): SchedulePlan | undefined {
  // Schedules of the past have run and no longer exist.
  const known = sent && sent.downAt > now ? sent : undefined;
  if (drop.cancelled) {
    return known && { puts: giveBack(known, undefined, now), removes: ['up', 'down'], sent: undefined };
  }
  const { from, until } = windowOf(drop, upBeforeMs);
  if (until <= now && !known) return undefined;
  if (known && known.from === from && known.until === until && now - known.sentAt < resendAfterMs)
    return undefined;

  const upAt = known?.from === from ? known.upAt : Math.max(from, now + leadMs);
  const downAt = known?.until === until ? known.downAt : Math.max(until, now + leadMs);
  return putAll({ from, until, upAt, downAt, sentAt: now }, giveBack(known, from, now), now);
}

/** Whether it is time to check if seats are still held. */
export function endsSoon(sent: SentSchedules, now: number): boolean {
  return sent.downAt > now && sent.downAt - now < noticeMs;
}

/** The same schedules, with capacity kept for the length of another hold. */
export function putOff(sent: SentSchedules, { holdSeconds }: DropTimes, now: number): SchedulePlan {
  return putAll({ ...sent, downAt: now + holdSeconds * 1_000 + settlingMs, sentAt: now }, [], now);
}

/** `down` is set before `up`, so that no window is opened without an end. An `up` in the past is not repeated. */
function putAll(sent: SentSchedules, first: Schedule[], now: number): SchedulePlan {
  const window = { from: sent.from, until: sent.downAt };
  const puts: Schedule[] = [...first, { kind: 'down', at: sent.downAt, window }];
  if (sent.upAt > now) puts.push({ kind: 'up', at: sent.upAt, window });
  return { puts, removes: [], sent };
}

/**
 * If capacity came up for a window that will not happen, or was left up for it by a drop that ended shortly before,
 * it has to come down. This is requested too often rather than too rarely: the lambda checks which drops need
 * capacity.
 */
function giveBack(known: SentSchedules | undefined, from: number | undefined, now: number): Schedule[] {
  const opensBy = now + soon + noticeMs;
  if (!known || known.from > opensBy || (from !== undefined && from <= opensBy)) return [];
  return [
    { kind: 'give-back', at: now + leadMs, window: { from: Math.min(known.from, now), until: now + leadMs } },
  ];
}
