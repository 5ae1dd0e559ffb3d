import { readFileSync } from 'node:fs';
import { descendants } from '../../local/process/proc.ts';
import type { Servers } from '../../local/start-servers.ts';
import { median, number } from './figures.ts';

/** USER_HZ: 100 on every Linux that Node runs on. */
const ticksPerSecond = 100;

/** CPU seconds that all threads of a process have used so far; 0 without `/proc` (only Linux has it). */
export function cpuSeconds(pid: number | undefined): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The process name, in brackets, may contain spaces; utime and stime are fields 14 and 15.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
  } catch {
    return 0;
  }
}

/** CPU seconds of several processes and all their descendants. */
export function cpuOfAll(processes: readonly { pid: number | undefined }[]): number {
  let seconds = 0;
  for (const { pid } of processes) {
    if (pid === undefined) continue;
    for (const each of [pid, ...descendants(pid).map((child) => child.pid)]) seconds += cpuSeconds(each);
  }
  return seconds;
}

/** CPU seconds by process name. */
export type Spent = Record<string, number>;

export function cpuOfServers({ rabbitMq, redis, mariaDb }: Servers): Spent {
  return {
    broker: cpuOfAll(rabbitMq.processes),
    Redis: cpuOfAll(redis.processes),
    MySQL: cpuOfAll(mariaDb.processes),
  };
}

/** CPU seconds used between two readings, per unit of work. */
export function spentEach(before: Spent, after: Spent, units: number): Spent {
  return Object.fromEntries(
    Object.entries(after).map(([name, seconds]) => [name, (seconds - before[name]!) / units]),
  );
}

/** Text with the sum of the medians over several rounds, then each median. `perSecond`: 1e6 shows microseconds. */
export function describeSpent(rounds: readonly Spent[], perSecond: number): string {
  const each = Object.keys(rounds[0]!).map(
    (name) => [name, median(rounds.map((round) => round[name]!)) * perSecond] as const,
  );
  const sum = each.reduce((total, [, value]) => total + value, 0);
  return `${number(sum, 2)}: ${each.map(([name, value]) => `${name} ${number(value, 2)}`).join(', ')}`;
}

/** CPU seconds of the whole machine since boot, including steal time taken by its hypervisor; 0 without `/proc`. */
export function machineCpuSeconds(): number {
  try {
    const [line = ''] = readFileSync('/proc/stat', 'utf8').split('\n');
    const [user = 0, nice = 0, system = 0, , , irq = 0, softIrq = 0, steal = 0] = line
      .split(/\s+/)
      .slice(1)
      .map(Number);
    return (user + nice + system + irq + softIrq + steal) / ticksPerSecond;
  } catch {
    return 0;
  }
}
