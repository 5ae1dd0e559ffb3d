import { writeFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { printHere } from '../../testing/print-here.ts';
import { newReceipt } from '../../testing/receipt/new-receipt.ts';
import { createPrintThread, type PrintThread } from './create-print-thread.ts';

let dir: string;
let printer: PrintThread;
beforeEach(() => (dir = mkdtempSync(join(tmpdir(), 'seatdrop-thread-'))));
afterEach(async () => {
  await printer.stop();
  rmSync(dir, { recursive: true });
});

/** A thread with this code in place of the one that draws. */
function threadOf(code: string): URL {
  const file = join(dir, 'thread.mjs');
  writeFileSync(file, `import { parentPort } from 'node:worker_threads';\n${code}`);
  return pathToFileURL(file);
}

test('it draws what is drawn elsewhere, each for whom it is', async () => {
  printer = createPrintThread();
  const receipts = ['Ann', '王小明', 'Sam'].map((buyer) => newReceipt({ buyer }));
  const printed = await Promise.all(receipts.map((receipt) => printer.print(receipt)));
  for (const [index, pdf] of printed.entries())
    expect(pdf.equals(await printHere(receipts[index]!))).toBe(true);
  expect(printer.waiting()).toBe(0);
});

test('what cannot be drawn fails alone', async () => {
  printer = createPrintThread();
  const bad = newReceipt({ paidAt: 'never' });
  const [failed, drawn] = await Promise.allSettled([printer.print(bad), printer.print(newReceipt())]);
  expect(failed).toMatchObject({ status: 'rejected', reason: { message: 'the PDF could not be drawn' } });
  expect(drawn.status).toBe('fulfilled');
});

test('a thread that dies fails what waits for it, and the next receipt begins another', async () => {
  const once = `parentPort.on('message', ({ id, printable }) => {
    if (printable.buyer === 'dies') process.exit(1);
    parentPort.postMessage({ id, pdf: new Uint8Array([37]) });
  });`;
  printer = createPrintThread({ thread: threadOf(once) });
  const [dead, waiting] = await Promise.allSettled([
    printer.print(newReceipt({ buyer: 'dies' })),
    printer.print(newReceipt()),
  ]);
  const reason = { message: 'the thread that draws PDFs has ended' };
  expect([dead, waiting]).toMatchObject([{ reason }, { reason }]);
  expect((await printer.print(newReceipt())).toString()).toBe('%');
});

test('a thread that is stuck is ended', async () => {
  printer = createPrintThread({ thread: threadOf('for (;;);'), stuckAfterMs: 100 });
  await expect(printer.print(newReceipt())).rejects.toThrow('stuck');
  expect(printer.waiting()).toBe(0);
});

test('what waits when the process stops is told so', async () => {
  printer = createPrintThread();
  const waiting = printer.print(newReceipt());
  await Promise.all([expect(waiting).rejects.toThrow('the process ends'), printer.stop()]);
});
