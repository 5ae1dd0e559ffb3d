/**
 * Local times as they are typed, `2030-05-04T20:00`, in the event's zone, and the moments they mean. Where
 * clocks change, a local time can mean no moment (they go forward over it) or two (they go back over it).
 */
export type Meant = { kind: 'moment'; at: number; twice: boolean } | { kind: 'gap' } | { kind: 'none' };

/** Milliseconds since 1970. Of two moments, the first. */
export function momentOf(typed: string, zone: string): Meant {
  const match = /^(\d{4,6})-(\d\d)-(\d\d)T(\d\d):(\d\d)/.exec(typed);
  if (!match) return { kind: 'none' };
  const [year, month, day, hour, minute] = match.slice(1).map(Number) as [
    number,
    number,
    number,
    number,
    number,
  ];
  const asUtc = Date.UTC(year, month - 1, day, hour, minute);
  if (Number.isNaN(asUtc)) return { kind: 'none' };
  // The zone's offsets a day before and after. A moment is meant if the clock, at one of these offsets, shows
  // what was typed.
  const offsets = new Set([offsetAt(asUtc - 86_400_000, zone), offsetAt(asUtc + 86_400_000, zone)]);
  const moments = [...offsets]
    .map((offset) => asUtc - offset)
    .filter((at) => at + offsetAt(at, zone) === asUtc);
  if (moments.length === 0) return { kind: 'gap' };
  return { kind: 'moment', at: Math.min(...moments), twice: moments.length > 1 };
}

/** The zone's local time at a moment, to the minute, as the value of a datetime-local field. */
export function typedTime(at: number, zone: string): string {
  return new Date(at + offsetAt(at, zone)).toISOString().slice(0, 16);
}

/** The zone, or UTC if the browser does not know it. Fields that show local times name the zone they use. */
export function usableZone(zone: string): string {
  try {
    clockOf(zone);
    return zone;
  } catch {
    return 'UTC';
  }
}

const clocks = new Map<string, Intl.DateTimeFormat>();

/** How far the zone is ahead of UTC, in milliseconds. */
function offsetAt(at: number, zone: string): number {
  const parts = Object.fromEntries(
    clockOf(zone)
      .formatToParts(at)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const shown = Date.UTC(
    parts['year']!,
    parts['month']! - 1,
    parts['day'],
    parts['hour'],
    parts['minute'],
    parts['second'],
  );
  return shown - Math.floor(at / 1000) * 1000;
}

/** @throws RangeError if the browser does not know the zone */
function clockOf(zone: string): Intl.DateTimeFormat {
  let clock = clocks.get(zone);
  if (!clock) {
    clock = new Intl.DateTimeFormat('en', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    clocks.set(zone, clock);
  }
  return clock;
}
