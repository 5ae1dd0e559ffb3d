import { setTimeout as sleep } from 'node:timers/promises';

export class TooLate extends Error {
  override name = 'TooLate';
}

/**
 * Waits at most `ms` milliseconds for the result of `work`.
 * @throws {TooLate} after that time. The work is not stopped, and if it fails later, that is ignored.
 */
export async function inTime<T>(work: Promise<T>, ms: number): Promise<T> {
  const over = new AbortController();
  const tooLate = async (): Promise<never> => {
    await sleep(ms, undefined, { signal: over.signal });
    throw new TooLate(`no answer within ${ms} ms`);
  };
  const late = tooLate();
  late.catch(() => {});
  try {
    return await Promise.race([work, late]);
  } finally {
    over.abort();
  }
}
