/**
 * Draws PDFs in a thread of its own, so that requests do not wait for it. The thread begins with the first one
 * and ends when none was asked for during a minute, which gives the memory of code and fonts back.
 */
import { Worker } from 'node:worker_threads';
import type { Print } from './print.ts';
import type { Printed, PrintJob } from './print-thread.ts';

export type PrintThread = {
  print: Print;
  /** PDFs that are not drawn yet. */
  waiting: () => number;
  stop: () => Promise<void>;
};

type Waiter = { resolve: (pdf: Buffer) => void; reject: (why: Error) => void };

const idleMs = 60_000;
/** A thread that draws nothing for so long is ended, and all that wait for it fail. */
const stuckMs = 30_000;

export function createPrintThread({
  thread = new URL('print-thread.ts', import.meta.url),
  stuckAfterMs = stuckMs,
}: { thread?: URL; stuckAfterMs?: number } = {}): PrintThread {
  const waiters = new Map<number, Waiter>();
  let worker: Worker | undefined;
  let last = 0;
  let timer: NodeJS.Timeout | undefined;

  function failAll(why: Error): void {
    const failed = [...waiters.values()];
    waiters.clear();
    for (const { reject } of failed) reject(why);
  }

  async function end(why: Error): Promise<void> {
    clearTimeout(timer);
    const ended = worker;
    worker = undefined;
    failAll(why);
    await ended?.terminate();
  }

  /** Begins anew with each PDF that is asked for or drawn. */
  function watch(): void {
    clearTimeout(timer);
    const isIdle = waiters.size === 0;
    // Neither an idle thread nor the timer keeps the process running.
    if (isIdle) worker?.unref();
    else worker?.ref();
    const why = new Error('the thread that draws PDFs is stuck');
    timer = setTimeout(() => void end(why), isIdle ? idleMs : stuckAfterMs).unref();
  }

  function begin(): Worker {
    const begun = new Worker(thread);
    begun.on('message', (printed: Printed) => {
      const waiter = waiters.get(printed.id);
      waiters.delete(printed.id);
      if ('pdf' in printed) waiter?.resolve(Buffer.from(printed.pdf));
      else waiter?.reject(new Error('the PDF could not be drawn', { cause: printed.error }));
      watch();
    });
    const fail = (cause: unknown) => {
      // One that was ended has no waiters any more; those there are wait for its successor.
      if (begun === worker) void end(new Error('the thread that draws PDFs has ended', { cause }));
    };
    begun.on('error', fail).on('exit', fail);
    return begun;
  }

  return {
    print: (printable) =>
      new Promise((resolve, reject) => {
        worker ??= begin();
        last += 1;
        waiters.set(last, { resolve, reject });
        worker.postMessage({ id: last, printable } satisfies PrintJob, []);
        watch();
      }),
    waiting: () => waiters.size,
    stop: () => end(new Error('the process ends')),
  };
}
