import type { Fonts, FindFont } from './fonts.ts';
import type { Receipt } from './receipt.ts';
import type { PrintedTickets } from './tickets.ts';

/** A receipt, or the tickets of an order. */
export type Printable = Receipt | PrintedTickets;

/** Makes a PDF. */
export type Print = (printable: Printable) => Promise<Buffer>;

/** Draws in this thread. What it needs is loaded with the first PDF: code of 20 MB, and fonts. */
export function createPrinter(findFont: FindFont): Print {
  let fonts: Fonts | undefined;
  return async (printable) => {
    const [{ drawReceipt }, { drawTickets }, reading] = await Promise.all([
      import('./draw-receipt.ts'),
      import('./draw-tickets.ts'),
      import('./fonts.ts'),
    ]);
    fonts ??= new reading.Fonts(findFont);
    return 'tickets' in printable ? drawTickets(printable, fonts) : drawReceipt(printable, fonts);
  };
}
