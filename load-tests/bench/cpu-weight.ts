/** Who gets the CPU when there is not enough of it: what `cpu_shares` is for containers, for processes of the local stack. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { setPriority } from 'node:os';
import { descendants } from '../../local/process/proc.ts';

/** For Linux a quarter of the usual weight, as docker-compose.yml has it for the entry path. */
const niceOfAQuarter = 6;

/**
 * Gives these processes and their children a quarter of the weight of others. Each leads a session of its own
 * (local/process/child.ts): where Linux shares the CPU by sessions it is the session that has a weight, else each thread.
 */
export function yieldCpu(processes: readonly { pid: number | undefined }[]): void {
  const bySession = readOr('/proc/sys/kernel/sched_autogroup_enabled', '0').trim() === '1';
  for (const { pid } of processes) {
    if (pid === undefined) continue;
    if (bySession) writeFileSync(`/proc/${pid}/autogroup`, String(niceOfAQuarter));
    for (const each of [pid, ...descendants(pid).map((child) => child.pid)])
      for (const thread of readdirSync(`/proc/${each}/task`)) setPriority(Number(thread), niceOfAQuarter);
  }
}

function readOr(file: string, otherwise: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return otherwise;
  }
}
