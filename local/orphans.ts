import { existsSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { PidNote } from './child.ts';
import { allProcs, isRunning, signal, workingFolder } from './proc.ts';

/**
 * Ends what a start that was killed outright left running. Each child's pid file gives pid and start time,
 * which together name one process for good, and the pid is also the id of the session the child led. A member
 * of that session whose leader is gone counts as ours only if it works in a folder of this clone.
 * @returns the names of what was found running.
 */
export async function endOrphans(pidDir: string, root: string): Promise<string[]> {
  const found: string[] = [];
  for (const file of existsSync(pidDir) ? readdirSync(pidDir) : []) {
    const note = readNote(join(pidDir, file));
    if (note !== undefined) {
      const members = allProcs().filter((proc) => proc.session === note.pid);
      const led = members.some((proc) => proc.pid === note.pid);
      const ours = members.filter((proc) =>
        led ? isRunning(note) : (workingFolder(proc.pid) ?? '').startsWith(root),
      );
      if (ours.length > 0) found.push(note.name);
      for (const proc of ours) signal(proc.pid, 'SIGCONT');
      for (const proc of ours) signal(proc.pid, 'SIGTERM');
      for (let waited = 0; ours.some(isRunning); waited += 50) {
        if (waited >= 8_000) for (const proc of ours.filter(isRunning)) signal(proc.pid, 'SIGKILL');
        await sleep(50);
      }
    }
    rmSync(join(pidDir, file), { force: true });
  }
  return found;
}

function readNote(file: string): PidNote | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as PidNote;
  } catch {
    return undefined; // killed while writing it
  }
}

/** Clears the folders of test runs (`test-PID`) whose process is gone, and what still runs in them. */
export async function clearOrphans(localDir: string, name: RegExp): Promise<void> {
  for (const folder of existsSync(localDir) ? readdirSync(localDir) : []) {
    if (!name.test(folder)) continue;
    const owner = Number(folder.slice(folder.lastIndexOf('-') + 1));
    if (existsSync(`/proc/${owner}`)) continue;
    await endOrphans(join(localDir, folder, 'pids'), localDir);
    rmSync(join(localDir, folder), { recursive: true, force: true });
  }
}
