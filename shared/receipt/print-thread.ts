/** The thread of createPrintThread: one message a receipt, answered with its PDF. */
import { parentPort } from 'node:worker_threads';
import { installedFont } from './font-files.ts';
import { createPrinter } from './print-receipt.ts';
import type { Receipt } from './receipt.ts';

export type PrintJob = { id: number; receipt: Receipt };
export type Printed = { id: number; pdf: Uint8Array } | { id: number; error: unknown };

const print = createPrinter(installedFont);

parentPort?.on('message', ({ id, receipt }: PrintJob) => {
  void print(receipt).then(
    (pdf) => answer({ id, pdf: new Uint8Array(pdf) }),
    (error: unknown) => answer({ id, error }),
  );
});

function answer(printed: Printed): void {
  parentPort?.postMessage(printed, []);
}
