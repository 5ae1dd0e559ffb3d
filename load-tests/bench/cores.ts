/** Which process may use which core, so that what is measured and what drives it do not take turns on one. */
import { execFileSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { searchPath } from '../../local/process/binaries.ts';

export type Cores = {
  /** For the process that is measured; undefined where processes cannot be pinned. */
  measured: string | undefined;
  /** For servers and for who sends the load. */
  rest: string | undefined;
  /** For the same, where Redis has to have `rest` to itself: what is measured needs least of its core then. */
  besideRedis: string | undefined;
  all: string | undefined;
  /** For the report. */
  described: string;
};

/** One core is kept for what is measured, if the machine has two and `taskset` (util-linux) is there. */
export function findCores(): Cores {
  const count = availableParallelism();
  const none = { measured: undefined, rest: undefined, besideRedis: undefined, all: undefined };
  if (count < 2) return { ...none, described: 'one core, shared by all' };
  const rest = count === 2 ? '1' : `1-${count - 1}`;
  const cores = { measured: '0', rest, besideRedis: count === 2 ? '0' : rest, all: `0-${count - 1}` };
  const described = `measured on core ${cores.measured}, servers and load on ${cores.rest}`;
  return pin(process.pid, cores.rest)
    ? { ...cores, described }
    : { ...none, described: `${count} cores, not pinned (no taskset here)` };
}

/** Keeps a process, its threads and whatever they start from now on, on these cores. False when that cannot be done. */
export function pin(pid: number | undefined, cores: string | undefined): boolean {
  if (pid === undefined || cores === undefined) return false;
  try {
    execFileSync('taskset', ['--all-tasks', '--cpu-list', '--pid', cores, String(pid)], {
      env: { PATH: searchPath },
      stdio: 'ignore',
    });
    return true;
  } catch {
    return false;
  }
}
