import { readFileSync } from 'node:fs';

export type Memory = {
  /** Current and peak resident set size in megabytes. */
  rss: number;
  peak: number;
};

/** Memory of a running process, from `/proc` (Linux). @throws if there is no such process */
export function memoryOf(pid: number): Memory {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const megabytes = (name: string) =>
    Math.round(Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? NaN) / 1024);
  return { rss: megabytes('VmRSS'), peak: megabytes('VmHWM') };
}

/** Growth that still counts as bounded, since garbage collections make memory go up and down. */
const slack = { share: 1.2, megabytes: 32 };

/** Whether the maximum of the last third of a run is at most that of the first third, plus slack. */
export function isBounded(rss: readonly number[]): boolean {
  const third = Math.ceil(rss.length / 3);
  if (third === 0) return false;
  const first = Math.max(...rss.slice(0, third));
  const last = Math.max(...rss.slice(-third));
  return last <= first * slack.share + slack.megabytes;
}
