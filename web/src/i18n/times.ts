/**
 * Moments as people of a locale write them. Every call names the zone: an event's times are in the zone of
 * its venue, with the zone's name, wherever they are read. Only an opening is also shown in the reader's
 * zone, since that is when they have to be here. What concerns the reader alone, such as when they bought,
 * uses `here`.
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
 * @param tag of the locale, in BCP 47
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
  /** Adds the year if it is not the present one. */
  const dated = (at: At, zone: string, options: Intl.DateTimeFormatOptions) =>
    write(at, zone, write(at, zone, year) === write(now(), zone, year) ? options : { ...options, ...year });

  const moment = (at: At, zone: string) => dated(at, zone, { ...shortDayOf, ...timeOf, ...named });

  return {
    /** The reader's zone. */
    here,
    day: (at: At, zone: string) => dated(at, zone, dayOf),
    /** Always with the year, for what is printed and kept. */
    fullDay: (at: At, zone: string) => write(at, zone, { ...dayOf, ...year }),
    shortDay: (at: At, zone: string) => dated(at, zone, shortDayOf),
    /** With the name of the zone. */
    time: (at: At, zone: string) => write(at, zone, { ...timeOf, ...named }),
    /** Day and time, with the name of the zone. */
    moment,
    /** For organizers who set a time: with weekday, year and zone. */
    exactMoment: (at: At, zone: string) => write(at, zone, { ...shortDayOf, ...year, ...timeOf, ...named }),
    /**
     * Day and time of an opening in the event's zone and, if it differs, in the reader's.
     * @param both puts the two together
     */
    opening(at: At, zone: string, both: (there: string, here: string) => string): string {
      const there = moment(at, zone);
      const clocks = { ...shortDayOf, ...timeOf };
      if (write(at, zone, clocks) === write(at, here, clocks)) return there;
      const isSameDay = write(at, zone, shortDayOf) === write(at, here, shortDayOf);
      return both(there, isSameDay ? write(at, here, { ...timeOf, ...named }) : moment(at, here));
    },
    utcTime: (at: At) => write(at, 'UTC', timeOf),
    /** Time without its zone, for axes that name it elsewhere. */
    bareTime: (at: At, zone: string) => write(at, zone, timeOf),
    /** With seconds, for axes. */
    bareClock: (at: At, zone: string) => write(at, zone, { ...timeOf, second: '2-digit' }),
    /** With seconds and the name of the zone. */
    clock: (at: At, zone: string) => write(at, zone, { ...timeOf, second: '2-digit', ...named }),
    /** Month and day apart, for a date as on a ticket. */
    dayAndMonth(at: At, zone: string) {
      const parts = formatOf(zone, { month: 'short', day: 'numeric' }).formatToParts(new Date(at));
      const part = (type: string) => parts.find((one) => one.type === type)?.value ?? '';
      const month = part('month');
      return { day: part('day'), month: /\d$/.test(month) ? `${month}月` : month };
    },
  };
}

/** If the browser does not know a zone, its times are shown in UTC, and say so, instead of breaking the page. */
function formatIn(tag: string, zone: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  try {
    return new Intl.DateTimeFormat(tag, { ...options, timeZone: zone });
  } catch {
    return new Intl.DateTimeFormat(tag, { ...options, timeZone: 'UTC' });
  }
}
