/** A drop as stored in MySQL: its terms. The state of its seats is in Redis (inventory/). */
import type { Fees } from '../contract/total.ts';
import type { Database } from '../mysql/connect.ts';
import type { Section } from '../inventory/layout.ts';

export type Question = {
  /** Unique within its drop, from 1. */
  id: number;
  text: string;
  choices?: string[];
  answer: string;
};

export type Drop = {
  id: number;
  eventId: number;
  organizerId: number;
  /** Milliseconds since 1970, like all times here. */
  opensAt: number;
  closesAt: number;
  /** Per seat, `amount` in minor units. */
  price: { amount: number; currency: string };
  /** Of the organizer; missing if there are none. */
  fees?: Fees;
  /** Of the platform, as its settings were when the price was set. */
  platformFees?: Fees;
  /** Rate of the included tax; missing if there is none. */
  taxPercent?: number;
  /** The provider's id of the organizer's account that is paid; missing if the money is the platform's. */
  payoutAccount?: string;
  holdSeconds: number;
  /** Seconds in which a payment has to be completed once it is begun. */
  paySeconds: number;
  maxPerBuyer: number;
  standbyLimit: number;
  /**
   * Seconds for which entries of a buyer are refused after a first lapsed hold; doubles each time. 0: never refused.
   */
  lapsePauseSeconds: number;
  /** Until when buyers may give seats back, and how much of their price the organizer keeps. Undefined: never. */
  returns?: { until: number; keepPercent: number } | undefined;
  partitions: number;
  sections: Section[];
  capacity: number;
  questions: Question[];
  /** Its seats are in Redis, so entries can be decided. */
  stocked: boolean;
  /** No entries are accepted until it is resumed. */
  paused: boolean;
  cancelled: boolean;
  /** The number of announcements, which is also the number of the latest one. */
  announcements: number;
  /** Raised by each change of the terms, from 1. */
  termsVersion: number;
};

type DropRow = {
  id: number;
  event_id: number;
  organizer_id: number;
  opens_at: Date;
  closes_at: Date;
  price_amount: number;
  price_currency: string;
  fees: string | Fees | null;
  platform_fees: string | Fees | null;
  /** A decimal number, which the driver returns as text. */
  tax_percent: string | null;
  payout_account: string | null;
  hold_seconds: number;
  pay_seconds: number;
  max_per_buyer: number;
  standby_limit: number;
  lapse_pause_seconds: number;
  returns_until: Date | null;
  returns_keep_percent: number | null;
  partitions: number;
  sections: string | Section[];
  capacity: number;
  stocked_at: Date | null;
  paused_at: Date | null;
  cancelled_at: Date | null;
  announcements: number;
  terms_version: number;
};

type QuestionRow = {
  drop_id: number;
  number: number;
  text: string;
  choices: string | string[] | null;
  answer: string;
};

export type DropFilter = { ids?: number[]; eventId?: number; closesAfter?: Date; unstocked?: true };

/** The drops that match, ordered by id, with their questions. Makes two queries, however many drops there are. */
export async function loadDrops(
  db: Database,
  { ids, eventId, closesAfter, unstocked }: DropFilter,
): Promise<Drop[]> {
  const query = db<DropRow>('drops')
    .join('events', 'events.id', 'drops.event_id')
    .select('drops.*', 'events.organizer_id')
    .orderBy('drops.id');
  if (ids) void query.whereIn('drops.id', ids);
  if (eventId !== undefined) void query.where('drops.event_id', eventId);
  if (closesAfter) void query.where('drops.closes_at', '>', closesAfter);
  if (unstocked) void query.whereNull('drops.stocked_at');
  const rows = (await query) as DropRow[];
  if (rows.length === 0) return [];

  const questionRows = await db<QuestionRow>('drop_questions')
    .whereIn(
      'drop_id',
      rows.map((row) => row.id),
    )
    .orderBy(['drop_id', 'number']);
  const questions = Map.groupBy(questionRows, (row) => row.drop_id);
  return rows.map((row) => toDrop(row, questions.get(row.id) ?? []));
}

export async function loadDrop(db: Database, id: number): Promise<Drop | undefined> {
  return (await loadDrops(db, { ids: [id] }))[0];
}

function toDrop(row: DropRow, questions: QuestionRow[]): Drop {
  return {
    id: row.id,
    eventId: row.event_id,
    organizerId: row.organizer_id,
    opensAt: row.opens_at.getTime(),
    closesAt: row.closes_at.getTime(),
    ...pricingOf(row),
    ...(row.payout_account !== null && { payoutAccount: row.payout_account }),
    holdSeconds: row.hold_seconds,
    paySeconds: row.pay_seconds,
    maxPerBuyer: row.max_per_buyer,
    standbyLimit: row.standby_limit,
    lapsePauseSeconds: row.lapse_pause_seconds,
    ...(row.returns_until && {
      returns: { until: row.returns_until.getTime(), keepPercent: row.returns_keep_percent ?? 0 },
    }),
    partitions: row.partitions,
    sections: fromJson(row.sections),
    capacity: row.capacity,
    questions: questions.map(({ number, text, choices, answer }) => ({
      id: number,
      text,
      ...(choices === null ? {} : { choices: fromJson(choices) }),
      answer,
    })),
    stocked: row.stocked_at !== null,
    paused: row.paused_at !== null,
    cancelled: row.cancelled_at !== null,
    announcements: row.announcements,
    termsVersion: row.terms_version,
  };
}

export type PricingRow = Pick<
  DropRow,
  'price_amount' | 'price_currency' | 'fees' | 'platform_fees' | 'tax_percent'
>;

/** The columns of PricingRow. */
export const pricingColumns = ['price_amount', 'price_currency', 'fees', 'platform_fees', 'tax_percent'];

/** Everything that a total is computed from. */
export function pricingOf(row: PricingRow): Pick<Drop, 'price' | 'fees' | 'platformFees' | 'taxPercent'> {
  return {
    price: { amount: row.price_amount, currency: row.price_currency },
    ...(row.fees !== null && { fees: fromJson(row.fees) }),
    ...(row.platform_fees !== null && { platformFees: fromJson(row.platform_fees) }),
    ...(row.tax_percent !== null && { taxPercent: Number(row.tax_percent) }),
  };
}

/** MySQL returns a JSON column parsed; MariaDB, where JSON is text, returns a string. */
export function fromJson<T>(value: string | T): T {
  return typeof value === 'string' ? (JSON.parse(value) as T) : value;
}
