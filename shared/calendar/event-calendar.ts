/**
 * An event as a calendar file (RFC 5545). Its time is written in UTC, which is right in every time zone and needs no
 * rules of zones in the file; the text names it in the event's own zone. The library escapes what users have typed.
 */
import ical from 'ical-generator';
import { eventTime } from '../contract/event-time.ts';

export type CalendarEvent = {
  id: number;
  title: string;
  venue: string;
  startsAt: string;
  timeZone: string;
};

type About = {
  locale: 'en' | 'zh-Hant';
  /** Where to read more: a page of ours, whose host is also part of the event's id. */
  url: URL;
};

/** No end: nobody has said when the event ends. */
export function eventCalendar(event: CalendarEvent, { locale, url }: About): string {
  const calendar = ical({ prodId: { company: 'Seatdrop', product: 'Seatdrop', language: 'EN' } });
  calendar.createEvent({
    // The same for every copy, so that a calendar has the event once.
    id: `event-${event.id}@${url.hostname}`,
    start: new Date(event.startsAt),
    summary: event.title,
    location: event.venue,
    description: `${eventTime(event.startsAt, event.timeZone, locale)}\n${url.href}`,
    url: url.href,
  });
  return calendar.toString();
}
