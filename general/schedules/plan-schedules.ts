/** What AWS is to be told of a drop: from the drop's terms, what AWS was told before, and the time. Nothing is asked here. */
import { soon, type ScheduleKind } from '../../lambda/scale/scale-event.ts';
import type { Drop } from '../../shared/drops/drop.ts';
import { decidedBy } from '../duties/end-sales.ts';

/** Times are milliseconds since 1970, here and below. A drop needs the capacity of a sale in its window. */
export type Window = { from: number; until: number };

/** A call of the lambda `scale`: once, at a time, for a window. */
export type Schedule = { kind: ScheduleKind; at: number; window: Window };

/** What AWS was told: the window by the drop's terms, and when the calls are. */
export type Told = Window & { upAt: number; downAt: number; toldAt: number };

export type SchedulePlan = {
  puts: Schedule[];
  removes: ScheduleKind[];
  /** What AWS was told once that is done; undefined: that the drop has no schedules. */
  told: Told | undefined;
};

export type DropTimes = Pick<Drop, 'opensAt' | 'closesAt' | 'holdSeconds' | 'cancelled'>;

const minute = 60_000;
/** After the last hold could end: for timers that come late, and payments that are settled by asking. */
const settling = 15 * minute;
/** What should have been long ago is set so far ahead: AWS takes no time that is past when it arrives. */
const lead = minute;
/** What AWS was told it is told again after so long, in case somebody has lost or changed it there. */
const toldAgainAfter = 60 * minute;
/** How long before capacity goes it is looked at whether it may. */
const notice = 10 * minute;

/**
 * Until the last entry is decided, its hold is over and its payment settled. A hold that ends unpaid may be followed by one
 * from standby, also after closing: see `putOff`.
 */
function windowOf(drop: DropTimes, upBeforeMs: number): Window {
  return {
    from: drop.opensAt - upBeforeMs,
    until: drop.closesAt + decidedBy + drop.holdSeconds * 1_000 + settling,
  };
}

/** undefined: AWS knows all it has to. */
export function planSchedules(
  drop: DropTimes,
  told: Told | undefined,
  upBeforeMs: number,
  now: number,
): SchedulePlan | undefined {
  // What is over is done with: it was called and is gone.
  const known = told && told.downAt > now ? told : undefined;
  if (drop.cancelled) {
    return known && { puts: giveBack(known, undefined, now), removes: ['up', 'down'], told: undefined };
  }
  const { from, until } = windowOf(drop, upBeforeMs);
  if (until <= now && !known) return undefined;
  if (known && known.from === from && known.until === until && now - known.toldAt < toldAgainAfter)
    return undefined;

  const upAt = known?.from === from ? known.upAt : Math.max(from, now + lead);
  const downAt = known?.until === until ? known.downAt : Math.max(until, now + lead);
  return putAll({ from, until, upAt, downAt, toldAt: now }, giveBack(known, from, now), now);
}

/** Whether it is time to look if anybody still holds seats. */
export function endsSoon(told: Told, now: number): boolean {
  return told.downAt > now && told.downAt - now < notice;
}

/** The same, with capacity that stays for another hold. */
export function putOff(told: Told, { holdSeconds }: DropTimes, now: number): SchedulePlan {
  return putAll({ ...told, downAt: now + holdSeconds * 1_000 + settling, toldAt: now }, [], now);
}

/** Down before up: what is opened has its end already. An up that has been is not repeated. */
function putAll(told: Told, first: Schedule[], now: number): SchedulePlan {
  const window = { from: told.from, until: told.downAt };
  const puts: Schedule[] = [...first, { kind: 'down', at: told.downAt, window }];
  if (told.upAt > now) puts.push({ kind: 'up', at: told.upAt, window });
  return { puts, removes: [], told };
}

/**
 * Where capacity has come up for a window that is not to be, or was left up for its sake by a drop that ended shortly
 * before it, somebody has to take it down. That is said too often rather than not: the lambda looks who needs it.
 */
function giveBack(known: Told | undefined, from: number | undefined, now: number): Schedule[] {
  const opensBy = now + soon + notice;
  if (!known || known.from > opensBy || (from !== undefined && from <= opensBy)) return [];
  return [
    { kind: 'give-back', at: now + lead, window: { from: Math.min(known.from, now), until: now + lead } },
  ];
}
