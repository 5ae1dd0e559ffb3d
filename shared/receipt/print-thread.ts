/** The thread of createPrintThread: one message a PDF to draw, answered with its PDF. */
import { parentPort } from 'node:worker_threads';
import { installedFont } from './font-files.ts';
import { createPrinter, type Printable } from './print.ts';

export type PrintJob = { id: number; printable: Printable };
export type Printed = { id: number; pdf: Uint8Array } | { id: number; error: unknown };

const print = createPrinter(installedFont);

parentPort?.on('message', ({ id, printable }: PrintJob) => {
  void print(printable).then(
    (pdf) => answer({ id, pdf: new Uint8Array(pdf) }),
    (error: unknown) => answer({ id, error }),
  );
});

function answer(printed: Printed): void {
  parentPort?.postMessage(printed, []);
}
