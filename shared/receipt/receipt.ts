/** Everything a receipt says, as the API and mails give it to the drawing. */
import { z } from 'zod';
import { timeZone } from '../contract/times.ts';

const time = z.iso.datetime();
/** In minor units of the receipt's currency. */
const amount = z.int();

/** Who sells: what the organizer entered, or the name of the account. */
export const seller = z.object({
  name: z.string(),
  /** Lines, separated by line feeds. */
  address: z.string().optional(),
  taxNumber: z.string().optional(),
});

/** What an order keeps of the day it was paid, in `orders.receipt`. */
const receiptFacts = z.object({
  seller,
  buyer: z.string(),
  event: z.object({ title: z.string(), venue: z.string(), startsAt: time, timeZone }),
});

export const receipt = z.object({
  ...receiptFacts.shape,
  number: z.string(),
  orderId: z.string(),
  locale: z.enum(['en', 'zh-Hant']),
  paidAt: time,
  currency: z.string().regex(/^[A-Z]{3}$/),
  seats: z.array(
    z.object({
      section: z.string(),
      row: z.string(),
      number: z.int(),
      /** Missing if the order does not say it. */
      price: amount.optional(),
      state: z.enum(['valid', 'refunding', 'refunded']),
    }),
  ),
  lines: z.array(z.object({ kind: z.enum(['seats', 'fees', 'platform_fees']), amount })),
  total: amount,
  tax: z.object({ percent: z.number(), amount }).optional(),
  refunds: z.array(
    z.object({
      status: z.enum(['due', 'done']),
      seats: z.int(),
      amount,
      kept: amount,
      /** Of a refund that is done: when the money went back. */
      at: time,
    }),
  ),
  /** What has gone back so far. */
  refunded: amount,
});

export type Seller = z.infer<typeof seller>;
export type Receipt = z.infer<typeof receipt>;

/** The number of the receipt of an order. Each order has one receipt, so the order's id is unique here too. */
export function receiptNumber(orderId: string): string {
  return `R-${orderId.toUpperCase()}`;
}
