/** A moment in full, on the clocks of the event's place and with the name of their zone: the reader may be in another. */
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
