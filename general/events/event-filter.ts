/** The conditions of a search for events: words, place, dates, price and availability. */
import type { z } from 'zod';
import type { eventQuery } from '../../shared/contract/events.ts';
import { seatPriceOf } from '../../shared/contract/total.ts';
import { pricingOf } from '../../shared/drops/drop.ts';
import type { Database } from '../../shared/mysql/connect.ts';
import type { SummaryRow } from '../drops/summarize-drops.ts';

export type EventFilter = Pick<
  z.output<typeof eventQuery>,
  'q' | 'place' | 'from' | 'to' | 'priceMax' | 'currency'
>;

type Query = ReturnType<Database['queryBuilder']>;

/** More words than that make a search slower and hardly narrower. */
const maxWords = 8;

/** Whether anything is searched for, which costs more than a list does. */
export function isSearch(filter: EventFilter & { available?: string | undefined }): boolean {
  const { q = '', place = '', from, to, priceMax, available } = filter;
  return q + place !== '' || [from, to, priceMax].some((each) => each !== undefined) || available === 'true';
}

/**
 * Limits a query of events to those that match. Every word must occur, in any of the texts. Text is found inside words
 * too, as Chinese has no blanks between them; this is why no full-text index is used: MariaDB has no parser for Chinese.
 */
export function matchingEvents(db: Database, filter: EventFilter): (events: Query) => void {
  const { q = '', place = '', from, to } = filter;
  return (events) => {
    if (from !== undefined) void events.where('starts_at', '>=', new Date(from));
    if (to !== undefined) void events.where('starts_at', '<', new Date(to));
    for (const word of wordsOf(place)) contains(events, 'venue', word);
    for (const word of wordsOf(q)) {
      const organizers = db('users').whereRaw('users.id = events.organizer_id').select('id');
      contains(organizers, 'users.name', word);
      void events.where((any) => {
        for (const column of ['title', 'venue', 'description'])
          void any.orWhere((either) => contains(either, column, word));
        void any.orWhereExists(organizers);
      });
    }
  };
}

/** Limits a query of events to those with a drop that may suit: prices in MySQL are without fees. */
export function withDrop(db: Database, filter: EventFilter, openAfter: Date | undefined) {
  const { priceMax, currency } = filter;
  return (events: Query): void => {
    if (priceMax === undefined) return;
    const drops = db('drops')
      .whereRaw('drops.event_id = events.id')
      .whereNull('cancelled_at')
      .where('price_amount', '<=', priceMax)
      .select('id');
    if (currency !== undefined) void drops.where('price_currency', currency);
    if (openAfter) void drops.where('closes_at', '>', openAfter);
    void events.whereExists(drops);
  };
}

/** Whether a drop is one that is searched for. `available`: the drops that have seats; undefined: any. */
export function suits(
  row: SummaryRow,
  { priceMax, currency }: EventFilter,
  openAfter: Date | undefined,
  available: ReadonlySet<number> | undefined,
): boolean {
  if (row.cancelled_at !== null || (openAfter && row.closes_at <= openAfter)) return false;
  if (available && !available.has(row.id)) return false;
  const price = seatPriceOf(pricingOf(row));
  return price.amount <= (priceMax ?? Infinity) && (currency ?? price.currency) === price.currency;
}

function wordsOf(text: string): string[] {
  return [...new Set(text.split(/\s+/u).filter((word) => word !== ''))].slice(0, maxWords);
}

/** The usual collations of MariaDB treat all characters beyond the first plane as equal: every emoji, rare ideographs. */
const beyondFirstPlane = /[\u{10000}-\u{10FFFF}]/u;

function contains(query: Query, column: string, word: string): void {
  const pattern = `%${word.replace(/[\\%_]/g, (special) => `\\${special}`)}%`;
  const collation = beyondFirstPlane.test(word) ? ' collate utf8mb4_bin' : '';
  void query.whereRaw(`??${collation} like ?`, [column, pattern]);
}
