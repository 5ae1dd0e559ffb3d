/** CPU weights for processes of the local system, as `cpu_shares` sets them for containers. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { setPriority } from 'node:os';
import { descendants } from '../../local/process/proc.ts';

/** Linux gives this nice value a quarter of the default weight, which docker-compose.yml gives the entry path. */
const quarterWeightNice = 6;

/**
 * Gives these processes and their children a quarter of the default CPU weight. Each process leads its own session
 * (local/process/child.ts): with autogroup scheduling Linux weighs sessions, without it threads.
 */
export function yieldCpu(processes: readonly { pid: number | undefined }[]): void {
  const bySession = readOr('/proc/sys/kernel/sched_autogroup_enabled', '0').trim() === '1';
  for (const { pid } of processes) {
    if (pid === undefined) continue;
    if (bySession) writeFileSync(`/proc/${pid}/autogroup`, String(quarterWeightNice));
    for (const each of [pid, ...descendants(pid).map((child) => child.pid)])
      for (const thread of readdirSync(`/proc/${each}/task`)) setPriority(Number(thread), quarterWeightNice);
  }
}

function readOr(file: string, fallback: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return fallback;
  }
}
