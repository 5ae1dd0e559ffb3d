/** Date and time in the event's time zone, with the zone's name, since the reader may be in another zone. */
export function eventTime(at: string, timeZone: string, locale: 'en' | 'zh-Hant'): string {
  return new Intl.DateTimeFormat(locale === 'en' ? 'en-GB' : 'zh-TW', {
    weekday: 'long',
    year: 'numeric',
    month: 'long',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    timeZone,
    timeZoneName: 'short',
  }).format(new Date(at));
}
