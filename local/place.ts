import { join } from 'node:path';

/** Where a set of servers lives on disk. */
export type Place = {
  /** Data and configuration, one folder per server. Absolute. */
  dir: string;
  logDir: string;
  /** One file per running process; see orphans.ts. */
  pidDir: string;
};

export function placeAt(dir: string): Place {
  return { dir: join(dir, 'servers'), logDir: join(dir, 'logs'), pidDir: join(dir, 'pids') };
}
