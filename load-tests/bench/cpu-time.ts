import { readFileSync } from 'node:fs';
import { descendants } from '../../local/process/proc.ts';
import type { Servers } from '../../local/start-servers.ts';
import { median, number } from './figures.ts';

/** Of Linux, on every machine that Node runs on: a hundredth of a second. */
const ticksPerSecond = 100;

/** Seconds of CPU that a process has used so far, all its threads together; 0 where the system does not say (Linux does). */
export function cpuSeconds(pid: number | undefined): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name in brackets may hold anything; user and system time are the 14th and 15th of all.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
  } catch {
    return 0;
  }
}

/** Of several, with all that they started. */
export function cpuOfAll(processes: readonly { pid: number | undefined }[]): number {
  let seconds = 0;
  for (const { pid } of processes) {
    if (pid === undefined) continue;
    for (const each of [pid, ...descendants(pid).map((child) => child.pid)]) seconds += cpuSeconds(each);
  }
  return seconds;
}

/** Seconds, by who used them. */
export type Spent = Record<string, number>;

export function cpuOfServers({ rabbitMq, redis, mariaDb }: Servers): Spent {
  return {
    broker: cpuOfAll(rabbitMq.processes),
    Redis: cpuOfAll(redis.processes),
    MySQL: cpuOfAll(mariaDb.processes),
  };
}

/** What was used between two looks, for each of so many things. */
export function spentEach(before: Spent, after: Spent, things: number): Spent {
  return Object.fromEntries(
    Object.entries(after).map(([name, seconds]) => [name, (seconds - before[name]!) / things]),
  );
}

/** Medians of several rounds as text, and their sum. `unit`: of a second, as 1e6 for microseconds. */
export function describeSpent(rounds: readonly Spent[], unit: number): string {
  const each = Object.keys(rounds[0]!).map(
    (name) => [name, median(rounds.map((round) => round[name]!)) * unit] as const,
  );
  const sum = each.reduce((total, [, value]) => total + value, 0);
  return `${number(sum, 2)}: ${each.map(([name, value]) => `${name} ${number(value, 2)}`).join(', ')}`;
}

/** Seconds of CPU that the whole machine has spent since it started, what its host took from it included; 0 likewise. */
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
