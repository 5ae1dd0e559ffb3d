/**
 * Moments as people of a locale write them. Every call says in which zone: an event's times are those of the clocks at
 * its place, with the zone's name, wherever they are read. Only an opening is told on the reader's clocks as well, since
 * that is when they have to be here. What concerns the reader alone (when they bought) is in `here`.
 */
import { serverClock } from '../clock/server-clock.ts';

type At = string | number;

const dayOf = { weekday: 'long', day: 'numeric', month: 'long' } as const;
const shortDayOf = { weekday: 'short', day: 'numeric', month: 'short' } as const;
const timeOf = { hour: 'numeric', minute: '2-digit' } as const;
const named = { timeZoneName: 'short' } as const;
const year = { year: 'numeric' } as const;

export const deviceZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;

/**
 * @param tag of the locale, as BCP 47 has it
 * @param here the reader's zone
 */
export function createTimes(tag: string, here: string = deviceZone(), now = () => serverClock.now()) {
  const formats = new Map<string, Intl.DateTimeFormat>();
  const formatOf = (zone: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat => {
    const key = `${zone} ${Object.entries(options).join(' ')}`;
    const known = formats.get(key) ?? formatIn(tag, zone, options);
    formats.set(key, known);
    return known;
  };
  const write = (at: At, zone: string, options: Intl.DateTimeFormatOptions) =>
    formatOf(zone, options).format(new Date(at));
  /** With the year where it is not this one. */
  const dated = (at: At, zone: string, options: Intl.DateTimeFormatOptions) =>
    write(at, zone, write(at, zone, year) === write(now(), zone, year) ? options : { ...options, ...year });

  const moment = (at: At, zone: string) => dated(at, zone, { ...shortDayOf, ...timeOf, ...named });

  return {
    /** The reader's zone. */
    here,
    day: (at: At, zone: string) => dated(at, zone, dayOf),
    /** With its year in any case, for what is printed and kept. */
    fullDay: (at: At, zone: string) => write(at, zone, { ...dayOf, ...year }),
    shortDay: (at: At, zone: string) => dated(at, zone, shortDayOf),
    /** With the name of the zone. */
    time: (at: At, zone: string) => write(at, zone, { ...timeOf, ...named }),
    /** Day and time, with the name of the zone. */
    moment,
    /** For those who set a time: nothing about it may be left open. */
    exactMoment: (at: At, zone: string) => write(at, zone, { ...shortDayOf, ...year, ...timeOf, ...named }),
    /**
     * Day and time of an opening, on the event's clocks and, where they show another time, on the reader's.
     * @param both how the two are said together
     */
    opening(at: At, zone: string, both: (there: string, here: string) => string): string {
      const there = moment(at, zone);
      const clocks = { ...shortDayOf, ...timeOf };
      if (write(at, zone, clocks) === write(at, here, clocks)) return there;
      const isSameDay = write(at, zone, shortDayOf) === write(at, here, shortDayOf);
      return both(there, isSameDay ? write(at, here, { ...timeOf, ...named }) : moment(at, here));
    },
    utcTime: (at: At) => write(at, 'UTC', timeOf),
    /** Time alone, for axes: the zone is named beside them. */
    bareTime: (at: At, zone: string) => write(at, zone, timeOf),
    /** With seconds, for axes. */
    bareClock: (at: At, zone: string) => write(at, zone, { ...timeOf, second: '2-digit' }),
    /** With seconds and the name of the zone. */
    clock: (at: At, zone: string) => write(at, zone, { ...timeOf, second: '2-digit', ...named }),
    /** Month and day apart, for a date that stands like one on a ticket. */
    dayAndMonth(at: At, zone: string) {
      const parts = formatOf(zone, { month: 'short', day: 'numeric' }).formatToParts(new Date(at));
      const part = (type: string) => parts.find((one) => one.type === type)?.value ?? '';
      const month = part('month');
      return { day: part('day'), month: /\d$/.test(month) ? `${month}月` : month };
    },
  };
}

/** A zone that this browser does not know yet must not take the page down: its times are told in UTC, which is named. */
function formatIn(tag: string, zone: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  try {
    return new Intl.DateTimeFormat(tag, { ...options, timeZone: zone });
  } catch {
    return new Intl.DateTimeFormat(tag, { ...options, timeZone: 'UTC' });
  }
}
