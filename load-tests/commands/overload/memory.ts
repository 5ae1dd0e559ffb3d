import { readFileSync } from 'node:fs';

export type Memory = {
  /** Megabytes that are in use now, and the most there ever were. */
  rss: number;
  peak: number;
};

/** Of a running process, as the kernel counts (Linux). @throws when it does not run */
export function memoryOf(pid: number): Memory {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const megabytes = (name: string) =>
    Math.round(Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? NaN) / 1024);
  return { rss: megabytes('VmRSS'), peak: megabytes('VmHWM') };
}

/** Memory may still grow by this share of what it was, and megabytes, and count as bounded: collections come and go. */
const slack = { share: 1.2, megabytes: 32 };

/** Whether the last third of a run stays within what the first third needed. */
export function isBounded(rss: readonly number[]): boolean {
  const third = Math.ceil(rss.length / 3);
  if (third === 0) return false;
  const first = Math.max(...rss.slice(0, third));
  const last = Math.max(...rss.slice(-third));
  return last <= first * slack.share + slack.megabytes;
}
