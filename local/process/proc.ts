import { readFileSync, readdirSync, readlinkSync } from 'node:fs';

/** One line of the process table (Linux `/proc`). On a system without /proc the table reads as empty. */
export type Proc = {
  pid: number;
  parent: number;
  /** Session id: our children lead their own, so it identifies everything they started. */
  session: number;
  /** Clock ticks from boot to the start of the process. With the pid it identifies one process. */
  startTime: number;
};

/** The process `pid`; undefined if there is none or it is a zombie, which holds no resources. */
export function readProc(pid: number): Proc | undefined {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return undefined;
  }
  // The second field is the command in parentheses, and may itself contain spaces and parentheses.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  if (fields[0] === 'Z' || fields[0] === 'X') return undefined;
  return { pid, parent: Number(fields[1]), session: Number(fields[3]), startTime: Number(fields[19]) };
}

export function allProcs(): Proc[] {
  let names: string[];
  try {
    names = readdirSync('/proc');
  } catch {
    return [];
  }
  return names
    .filter((name) => /^\d+$/.test(name))
    .map((name) => readProc(Number(name)))
    .filter((proc) => proc !== undefined);
}

/** All processes that `pid` started, directly or not, and all in its session. */
export function descendants(pid: number): Proc[] {
  const all = allProcs();
  const found = new Map<number, Proc>();
  const visit = (parent: number): void => {
    for (const proc of all) {
      if (proc.pid === pid || found.has(proc.pid)) continue;
      if (proc.parent !== parent && proc.session !== pid) continue;
      found.set(proc.pid, proc);
      visit(proc.pid);
    }
  };
  visit(pid);
  return [...found.values()];
}

/** Whether exactly this process (not a later one with the same pid) runs. */
export function isRunning(proc: Pick<Proc, 'pid' | 'startTime'>): boolean {
  return readProc(proc.pid)?.startTime === proc.startTime;
}

/** The processes, but this one, that work in `folder` or were started with a path in it in their environment. */
export function processesIn(folder: string): Proc[] {
  return allProcs().filter(
    ({ pid }) =>
      pid !== process.pid &&
      (workingFolder(pid)?.startsWith(folder) === true || readFileOf(pid, 'environ').includes(folder)),
  );
}

/** The words of the command that started the process, joined by spaces; empty if it has ended. */
export function commandOf(pid: number): string {
  return readFileOf(pid, 'cmdline').replaceAll('\0', ' ').trimEnd();
}

function readFileOf(pid: number, file: 'environ' | 'cmdline'): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return ''; // it has ended, or belongs to another user
  }
}

export function workingFolder(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return undefined;
  }
}

/** Sends a signal; a process that is already gone is not an error. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
