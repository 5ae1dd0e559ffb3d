import { setMaxListeners } from 'node:events';
import { join } from 'node:path';

/** The folders of a set of processes, and the signals that end all of them. */
export type Place = {
  /** Data and configuration, one folder per server. Absolute. */
  dir: string;
  /** `NAME.log` for each process. */
  logDir: string;
  /** `NAME.json` for each running process; see orphans.ts. */
  pidDir: string;
  /** Aborted when a stop is requested while processes still start: the start then fails soon. */
  cancel: AbortSignal;
  /** Aborted when a stop must not wait any longer: what has not ended by then is killed. */
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
