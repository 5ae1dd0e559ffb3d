/** Assigns processes to cores, so that the measured process and the load generator do not share one. */
import { execFileSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { searchPath } from '../../local/process/binaries.ts';

export type Cores = {
  /** For the measured process; undefined where processes cannot be pinned. */
  measured: string | undefined;
  /** For servers and the load generator. */
  rest: string | undefined;
  /**
   * For servers and the load generator when Redis needs `rest` to itself; the measured process then leaves most of
   * its core idle.
   */
  besideRedis: string | undefined;
  all: string | undefined;
  /** For the report. */
  described: string;
};

/** Reserves one core for the measured process if the machine has at least two cores and `taskset` (util-linux). */
export function findCores(): Cores {
  const count = availableParallelism();
  const none = { measured: undefined, rest: undefined, besideRedis: undefined, all: undefined };
  if (count < 2) return { ...none, described: 'one core, shared by all processes' };
  const rest = count === 2 ? '1' : `1-${count - 1}`;
  const cores = { measured: '0', rest, besideRedis: count === 2 ? '0' : rest, all: `0-${count - 1}` };
  const described = `measured process on core ${cores.measured}, servers and load generator on ${cores.rest}`;
  return pin(process.pid, cores.rest)
    ? { ...cores, described }
    : { ...none, described: `${count} cores, not pinned (no taskset here)` };
}

/** Pins a process, its threads and all that they start later to these cores. Returns false if that is not possible. */
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
