/** What the PDF of the tickets of an order says. */
import type { Receipt } from './receipt.ts';

export type PrintedTickets = {
  orderId: string;
  locale: Receipt['locale'];
  holder: string;
  /** When the order was paid. */
  paidAt: string;
  event: Receipt['event'];
  /** Only valid ones, in the order of their seats. */
  tickets: {
    seat: { section: string; row: string; number: number };
    /** The text of the QR code, and the short code below it. */
    qr: string;
    code: string;
  }[];
};
