/** A search for events, as it stands in the address of the page and as the API takes it. */
import { minorDigits } from '@seatdrop/shared/contract/minor-units.ts';
import { keepPreviousData } from '@tanstack/react-query';
import { pages } from '../api/reading.ts';
import type { EventSummary } from '../api/types.ts';

/** The names in the address. */
const searchNames = ['q', 'place', 'from', 'to', 'max', 'currency', 'available'] as const;
type SearchName = (typeof searchNames)[number];

/** What people typed. Days are as `2030-05-04`, in the zone of the device; the last one is included. */
export type EventSearch = Record<SearchName, string>;

export function searchIn(address: string): EventSearch {
  const query = new URLSearchParams(address);
  return Object.fromEntries(searchNames.map((name) => [name, query.get(name) ?? ''])) as EventSearch;
}

export function addressOf(search: EventSearch): string {
  const query = new URLSearchParams();
  for (const name of searchNames) {
    const value = search[name].trim();
    if (value !== '' && (name !== 'currency' || search.max.trim() !== '')) query.set(name, value);
  }
  return query.size === 0 ? '/' : `/?${query.toString()}`;
}

type Fault = 'days' | 'price';

/** What is wrong with a search; an address can be typed by hand. */
export function faultOf({ from, to, max, currency }: EventSearch): Fault | undefined {
  if ([from, to].some((day) => day !== '' && dayStart(day) === undefined)) return 'days';
  if (from !== '' && to !== '' && to < from) return 'days';
  return max.trim() !== '' && minorUnits(max, currency) === undefined ? 'price' : undefined;
}

export function foundEventsQuery(search: EventSearch) {
  const query = new URLSearchParams();
  const add = (name: string, value: string | undefined) => {
    if (value !== undefined && value !== '') query.set(name, value);
  };
  add('q', search.q.trim());
  add('place', search.place.trim());
  add('from', dayStart(search.from)?.toISOString());
  add('to', dayStart(search.to, 1)?.toISOString());
  if (search.max.trim() !== '') {
    add('priceMax', String(minorUnits(search.max, search.currency) ?? ''));
    add('currency', search.currency);
  }
  if (search.available !== '') add('available', 'true');
  return {
    ...pages<EventSummary>(['events', 'found', query.toString()], `/events?${query.toString()}`, 24),
    // While another word is typed the last result stays.
    placeholderData: keepPreviousData,
    enabled: faultOf(search) === undefined,
  };
}

/** The years that the API takes. */
export const days = { first: '2000-01-01', last: '2199-12-30' };

/** The moment at which a day begins on this device, or one that many days later. */
function dayStart(day: string, later = 0): Date | undefined {
  const [, year, month, date] = /^(\d{4})-(\d\d)-(\d\d)$/.exec(day) ?? [];
  if (day < days.first || day > days.last) return undefined;
  const at = new Date(Number(year), Number(month) - 1, Number(date) + later);
  return Number.isNaN(at.getTime()) ? undefined : at;
}

function minorUnits(typed: string, currency: string): number | undefined {
  const text = typed.trim().replace(',', '.');
  if (!/^\d{1,7}(?:\.\d{1,4})?$/.test(text) || !/^[A-Z]{3}$/.test(currency)) return undefined;
  // The amount of a decimal such as 19.99 is a little too small in binary.
  const amount = Math.floor(Number(text) * 10 ** minorDigits(currency) + 1e-6);
  return Math.min(amount, 4 * 10 ** 8);
}
