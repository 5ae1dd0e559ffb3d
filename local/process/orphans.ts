import { existsSync, globSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { PidNote } from './child.ts';
import { type Proc, allProcs, isRunning, signal, workingFolder } from './proc.ts';

/**
 * How long what is found may take to end by itself. Milliseconds. Short: tiers cannot finish their work while the
 * servers go at the same time, and a kill is what all of them just survived.
 */
const GRACE_MS = 3_000;

/**
 * Ends what a start that was killed outright left running. Each child's pid file gives pid and start time,
 * which together name one process for good, and the pid is also the id of the session the child led. A member
 * of that session whose leader is gone counts as ours only if it works in a folder of this clone.
 * @returns the names of what was found running.
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
    return undefined; // we were killed while writing it
  }
}

/**
 * Ends what still runs of test runs (`test-PID`), benchmarks (`bench-PID`), drills (`drill-PID-N`) and rolling changes
 * (`rolling-PID-N`) whose process is gone, and removes their folders; of the last two the logs stay, which somebody
 * may want to read. The temporary folders of test runs are removed as well.
 */
export async function clearOldRuns(localDir: string): Promise<void> {
  for (const { folder, kind } of [...runsIn(localDir, localRun), ...runsIn(tmpdir(), temporaryRun)]) {
    await endRun(folder);
    const isKept = kind === 'drill' || kind === 'rolling';
    rmSync(join(folder, isKept ? 'servers' : ''), { recursive: true, force: true });
  }
}

/**
 * Ends every process that was started with a note below this folder (at most three folders down), and every process
 * that works in it: what was started in the very moment of a kill has no note, but servers work in their folders.
 */
export async function endRun(folder: string): Promise<void> {
  for (const pidDir of globSync('{.,*,*/*,*/*/*}/pids', { cwd: folder }))
    await endOrphans(join(folder, pidDir), folder);
  await endAll(allProcs().filter(({ pid }) => workingFolder(pid)?.startsWith(`${folder}/`)));
}

const localRun = /^(?<kind>test|dev-servers|bench|drill|rolling)-(?<owner>\d+)(-\d+)?$/;
const temporaryRun = /^seatdrop-(?<kind>test)-(?<owner>\d+)$/;

/**
 * Where the tests of one run of `npm test` make their temporary folders. It names the process, so that what a killed
 * run left there is found; and its path is short, since a socket's path has 107 characters at most.
 */
export function temporaryFolder(pid: number): string {
  return join(tmpdir(), `seatdrop-test-${pid}`);
}

/**
 * Folders named after their process, which is gone. Those of other users are theirs to clear. The name must match as
 * a whole: the folder `seatdrop-rolling-3fGh2x` of a test that runs has a random end, and its process is not 3.
 */
function runsIn(dir: string, pattern: RegExp): { folder: string; kind: string }[] {
  return (existsSync(dir) ? readdirSync(dir) : []).flatMap((name) => {
    const { kind = '', owner = '' } = pattern.exec(name)?.groups ?? {};
    const folder = join(dir, name);
    if (kind === '' || existsSync(`/proc/${owner}`) || statSync(folder).uid !== process.getuid?.()) return [];
    return [{ folder, kind }];
  });
}
