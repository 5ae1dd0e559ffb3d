import { setMaxListeners } from 'node:events';
import { join } from 'node:path';

/** Where a set of processes lives on disk, and how all of them are told to come to an end. */
export type Place = {
  /** Data and configuration, one folder per server. Absolute. */
  dir: string;
  /** `NAME.log` for each process. */
  logDir: string;
  /** `NAME.json` for each running process; see orphans.ts. */
  pidDir: string;
  /** Aborted when a stop is wished while something still starts: the start then fails soon. */
  cancel: AbortSignal;
  /** Aborted when a stop should no longer wait for anyone: what has not ended by then is killed. */
  hurry: AbortSignal;
};

export function placeAt(
  dir: string,
  cancel = new AbortController().signal,
  hurry = new AbortController().signal,
): Place {
  for (const signal of [cancel, hurry]) setMaxListeners(0, signal); // one or two per process
  return { dir: join(dir, 'servers'), logDir: join(dir, 'logs'), pidDir: join(dir, 'pids'), cancel, hurry };
}
