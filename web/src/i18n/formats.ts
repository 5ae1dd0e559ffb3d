/** Dates, money and numbers as people of a locale write them, in the time zone of the device. */
import type { Money } from '../api/types.ts';
import type { Locale } from './locale.tsx';

export type Formats = ReturnType<typeof createFormats>;

export function createFormats(locale: Locale) {
  // English is written differently in many places; the browser knows in which one it is.
  const own = navigator.languages.find((tag) => tag.toLowerCase().startsWith(locale === 'en' ? 'en' : 'zh'));
  const tag = locale === 'en' ? (own ?? 'en-GB') : 'zh-Hant-TW';
  const number = new Intl.NumberFormat(tag);
  const day = new Intl.DateTimeFormat(tag, {
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    year: 'numeric',
  });
  const shortDay = new Intl.DateTimeFormat(tag, { weekday: 'short', day: 'numeric', month: 'short' });
  const time = new Intl.DateTimeFormat(tag, { hour: 'numeric', minute: '2-digit' });
  const zonedTime = new Intl.DateTimeFormat(tag, {
    hour: 'numeric',
    minute: '2-digit',
    timeZoneName: 'short',
  });
  const moment = new Intl.DateTimeFormat(tag, {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    hour: 'numeric',
    minute: '2-digit',
  });
  const parts = new Intl.DateTimeFormat(tag, { month: 'short', day: 'numeric' });
  const list = new Intl.ListFormat(tag, { type: 'conjunction' });
  const seconds = new Intl.NumberFormat(tag, { style: 'unit', unit: 'second', unitDisplay: 'long' });
  const minutes = new Intl.NumberFormat(tag, { style: 'unit', unit: 'minute', unitDisplay: 'long' });

  return {
    number: (value: number) => number.format(value),
    money({ amount, currency }: Money, times = 1) {
      const format = new Intl.NumberFormat(tag, {
        style: 'currency',
        currency,
        currencyDisplay: 'narrowSymbol',
        trailingZeroDisplay: 'stripIfInteger',
      });
      // How many minor units make one depends on the currency: 100 cents, but 1 yen.
      const digits = new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions()
        .maximumFractionDigits;
      return format.format((amount * times) / 10 ** (digits ?? 2));
    },
    day: (at: string | number) => day.format(new Date(at)),
    shortDay: (at: string | number) => shortDay.format(new Date(at)),
    time: (at: string | number) => time.format(new Date(at)),
    zonedTime: (at: string | number) => zonedTime.format(new Date(at)),
    moment: (at: string | number) => moment.format(new Date(at)),
    /** Month and day apart, for a date that stands like one on a ticket. */
    dayAndMonth(at: string | number) {
      const found = parts.formatToParts(new Date(at));
      const part = (type: string) => found.find((one) => one.type === type)?.value ?? '';
      const month = part('month');
      return { day: part('day'), month: /\d$/.test(month) ? `${month}月` : month };
    },
    list: (items: readonly string[]) => (locale === 'en' ? list.format(items) : items.join('、')),
    /** A span in words, to the minute where it is long. */
    span(ms: number) {
      const whole = Math.round(ms / 1000);
      return whole < 90 ? seconds.format(whole) : minutes.format(Math.round(whole / 60));
    },
  };
}

/** 3:07, as on a clock that runs down. */
export function minutesAndSeconds(ms: number): string {
  const left = Math.max(0, Math.ceil(ms / 1000));
  return `${Math.floor(left / 60)}:${String(left % 60).padStart(2, '0')}`;
}
