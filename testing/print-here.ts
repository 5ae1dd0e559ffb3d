import { installedFont } from '../shared/receipt/font-files.ts';
import { createPrinter } from '../shared/receipt/print.ts';

/** Draws receipts in the thread of the test, for tests of mails. */
export const printHere = createPrinter(installedFont);
