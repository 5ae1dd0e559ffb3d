import { readFileSync } from 'node:fs';
import { descendants } from '../../local/proc.ts';

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
