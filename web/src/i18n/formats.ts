/** Money, numbers, durations and (times.ts) moments, as people of a locale write them. */
import { minorDigits } from '@seatdrop/shared/contract/minor-units.ts';
import type { Money } from '../api/types.ts';
import type { Locale } from './locales.ts';
import { createTimes } from './times.ts';

export type Formats = ReturnType<typeof createFormats>;

export function createFormats(locale: Locale) {
  // English has regional formats; the browser's languages tell which one the user has.
  const own = navigator.languages.find((tag) => tag.toLowerCase().startsWith(locale === 'en' ? 'en' : 'zh'));
  const tag = locale === 'en' ? (own ?? 'en-GB') : 'zh-Hant-TW';
  const number = new Intl.NumberFormat(tag);
  const list = new Intl.ListFormat(tag, { type: 'conjunction' });
  const seconds = new Intl.NumberFormat(tag, { style: 'unit', unit: 'second', unitDisplay: 'long' });
  const minutes = new Intl.NumberFormat(tag, { style: 'unit', unit: 'minute', unitDisplay: 'long' });

  const inUnit = (unit: string) => new Intl.NumberFormat(tag, { style: 'unit', unit, unitDisplay: 'long' });
  const longUnits = [
    [86_400_000, inUnit('day')],
    [3_600_000, inUnit('hour')],
    [60_000, minutes],
    [1000, seconds],
  ] as const;
  const units = new Intl.ListFormat(tag, { type: 'unit', style: 'short' });
  const percent = new Intl.NumberFormat(tag, { style: 'percent', maximumFractionDigits: 1 });
  const rate = new Intl.NumberFormat(tag, { maximumSignificantDigits: 3, notation: 'compact' });

  return {
    ...createTimes(tag),
    bytes: (count: number) =>
      count < 1000 ? inUnit('byte').format(count) : inUnit('kilobyte').format(Math.round(count / 100) / 10),
    percent: (share: number) => percent.format(share),
    /** A rounded number for reading in passing: 3.2, 120, 4.5K. */
    rate: (value: number) => rate.format(value),
    number: (value: number) => number.format(value),
    money({ amount, currency }: Money, times = 1) {
      const digits = minorDigits(currency);
      const format = new Intl.NumberFormat(tag, {
        style: 'currency',
        currency,
        currencyDisplay: 'narrowSymbol',
        minimumFractionDigits: digits,
        maximumFractionDigits: digits,
        trailingZeroDisplay: 'stripIfInteger',
      });
      return format.format((amount * times) / 10 ** digits);
    },
    /** For axes: €12.5K. `unit`: minor units in one of the currency. */
    shortMoney: ({ amount, currency }: Money, unit: number) =>
      new Intl.NumberFormat(tag, {
        style: 'currency',
        currency,
        currencyDisplay: 'narrowSymbol',
        notation: 'compact',
        maximumSignificantDigits: 3,
      }).format(amount / unit),
    /** A duration in words, in its two largest units. */
    longSpan(ms: number) {
      // A drop can sell out within seconds, and tenths of them are worth showing.
      if (ms < 10_000) return seconds.format(Math.round(ms / 100) / 10);
      const first = longUnits.findIndex(([length]) => ms >= length);
      let left = ms;
      const words: string[] = [];
      for (const [length, format] of longUnits.slice(first, first + 2)) {
        const count = Math.floor(left / length);
        left -= count * length;
        if (count > 0) words.push(format.format(count));
      }
      return units.format(words);
    },
    list: (items: readonly string[]) => (locale === 'en' ? list.format(items) : items.join('、')),
    /** A duration in words, to the minute if it is long. */
    span(ms: number) {
      const whole = Math.round(ms / 1000);
      return whole < 90 ? seconds.format(whole) : minutes.format(Math.round(whole / 60));
    },
  };
}

/** 3:07, as a countdown shows it. */
export function minutesAndSeconds(ms: number): string {
  const left = Math.max(0, Math.ceil(ms / 1000));
  return `${Math.floor(left / 60)}:${String(left % 60).padStart(2, '0')}`;
}
