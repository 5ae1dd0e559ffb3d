import { existsSync, globSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { PidNote } from './child.ts';
import { type Proc, allProcs, isRunning, readProc, signal, workingFolder } from './proc.ts';

/**
 * How long orphans may take to end after SIGTERM, milliseconds. Short, since tiers cannot finish their work while the
 * servers end at the same time, and all of them can stand a kill.
 */
const GRACE_MS = 3_000;

/**
 * Ends processes that a killed start left running. Each child's pid file has pid and start time, which together
 * identify one process, and the pid is also the id of the session that the child led. A member of that session whose
 * leader has ended counts as ours only if its working folder is in this clone.
 * @returns the names of the processes that were running.
 */
export async function endOrphans(pidDir: string, root: string): Promise<string[]> {
  const files = existsSync(pidDir) ? readdirSync(pidDir).map((name) => join(pidDir, name)) : [];
  const notes = files.map(readNote).filter((note) => note !== undefined);
  const found = notes.map((note) => ({ name: note.name, procs: sessionOf(note, root) }));
  await endAll(found.flatMap((one) => one.procs));
  for (const file of files) rmSync(file, { force: true });
  return found.filter((one) => one.procs.length > 0).map((one) => one.name);
}

async function endAll(procs: readonly Proc[]): Promise<void> {
  for (const proc of procs) {
    signal(proc.pid, 'SIGTERM');
    signal(proc.pid, 'SIGCONT'); // if it was paused
  }
  for (let waited = 0; procs.some(isRunning); waited += 50) {
    if (waited >= GRACE_MS) for (const proc of procs.filter(isRunning)) signal(proc.pid, 'SIGKILL');
    await sleep(50);
  }
}

function sessionOf(note: PidNote, root: string): Proc[] {
  const members = allProcs().filter((proc) => proc.session === note.pid);
  if (members.some((proc) => proc.pid === note.pid)) return isRunning(note) ? members : [];
  return members.filter((proc) => workingFolder(proc.pid)?.startsWith(root));
}

function readNote(file: string): PidNote | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as PidNote;
  } catch {
    return undefined; // the writer was killed while writing it
  }
}

const runKinds = ['test', 'test-image', 'dev-servers', 'bench', 'drill', 'rolling'] as const;
type RunKind = (typeof runKinds)[number];

/**
 * The folder, in the clone's `.local`, of what this process runs. Its name has the process id, so that what a killed
 * process left can be found: see `clearOldRuns`.
 * @param number if a process makes several of its kind
 */
export function runFolder(localDir: string, kind: RunKind, number?: number): string {
  return join(localDir, `${kind}-${process.pid}${number === undefined ? '' : `-${number}`}`);
}

/**
 * Ends the processes of runs whose own process has ended, and removes their folders (see `runFolder`), except the logs
 * of drills and rolling changes, which may be of interest. The temporary folders of test runs are removed as well.
 */
export async function clearOldRuns(localDir: string): Promise<void> {
  for (const { folder, kind } of [...runsIn(localDir, localRun), ...runsIn(tmpdir(), temporaryRun)]) {
    await endRun(folder);
    const isKept = kind === 'drill' || kind === 'rolling';
    rmSync(join(folder, isKept ? 'servers' : ''), { recursive: true, force: true });
  }
}

/**
 * Ends every process that has a pid file below this folder (at most three folders down), and every process whose
 * working folder is in it: one started at the moment of a kill has no pid file, but servers work in their folders.
 */
export async function endRun(folder: string): Promise<void> {
  for (const pidDir of globSync('{.,*,*/*,*/*/*}/pids', { cwd: folder }))
    await endOrphans(join(folder, pidDir), folder);
  await endAll(allProcs().filter(({ pid }) => workingFolder(pid)?.startsWith(`${folder}/`)));
}

const localRun = new RegExp(`^(?<kind>${runKinds.join('|')})-(?<owner>\\d+)(-\\d+)?$`);
const temporaryRun = /^seatdrop-(?<kind>test)-(?<owner>\d+)$/;

/**
 * The folder for temporary folders of one run of `npm test`. Its name has the process id, so that what a killed run
 * left can be found; and its path is short, since the path of a socket has at most 107 characters.
 */
export function temporaryFolder(pid: number): string {
  return join(tmpdir(), `seatdrop-test-${pid}`);
}

/**
 * Folders that are named after a process that has ended; not those of other users. The whole name must match: the
 * folder `seatdrop-rolling-3fGh2x` of a running test has a random suffix, and does not belong to process 3.
 */
function runsIn(dir: string, pattern: RegExp): { folder: string; kind: string }[] {
  return (existsSync(dir) ? readdirSync(dir) : []).flatMap((name) => {
    const { kind = '', owner = '' } = pattern.exec(name)?.groups ?? {};
    const folder = join(dir, name);
    if (kind === '' || readProc(Number(owner)) || statSync(folder).uid !== process.getuid?.()) return [];
    return [{ folder, kind }];
  });
}
