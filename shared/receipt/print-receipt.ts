import type { Fonts, FindFont } from './fonts.ts';
import type { Receipt } from './receipt.ts';

/** Makes a PDF of a receipt. */
export type PrintReceipt = (receipt: Receipt) => Promise<Buffer>;

/** Draws in this thread. What it needs is loaded with the first receipt: code of 20 MB, and fonts. */
export function createPrinter(findFont: FindFont): PrintReceipt {
  let fonts: Fonts | undefined;
  return async (receipt) => {
    const [drawing, reading] = await Promise.all([import('./draw-receipt.ts'), import('./fonts.ts')]);
    fonts ??= new reading.Fonts(findFont);
    return drawing.drawReceipt(receipt, fonts);
  };
}
