import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isRunning, readProc } from './proc.ts';

type Holder = { pid: number; startTime: number; stopping: boolean };

export type RunLock = {
  /** From now on another start waits for the end of this run, instead of failing. */
  markStopping(): void;
  release(): void;
};

/**
 * Makes sure that only one system runs from a clone. Waits for one that is stopping.
 * @throws Error if another one runs.
 */
export async function takeRunLock(file: string, say: (line: string) => void): Promise<RunLock> {
  mkdirSync(dirname(file), { recursive: true });
  const draft = `${file}.${process.pid}`;
  const startTime = readProc(process.pid)?.startTime ?? 0;
  const write = (stopping: boolean): void => {
    writeFileSync(draft, JSON.stringify({ pid: process.pid, startTime, stopping } satisfies Holder));
  };
  let waiting = false;
  for (;;) {
    write(false);
    try {
      linkSync(draft, file); // atomic: the file appears with its whole content, or EEXIST
      break;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    } finally {
      rmSync(draft, { force: true });
    }
    const holder = readHolder(file);
    if (holder === undefined || !isRunning(holder)) {
      rmSync(file, { force: true }); // left by a start that was killed
    } else if (holder.stopping) {
      if (!waiting) say(`  waiting for the previous run (process ${holder.pid}) to stop`);
      waiting = true;
      await sleep(200);
    } else {
      throw new Error(
        `Seatdrop already runs from this folder, as process ${holder.pid}.\n` +
          `  Stop it first, with Ctrl-C where it was started or with: kill ${holder.pid}`,
      );
    }
  }
  return {
    markStopping() {
      write(true);
      renameSync(draft, file);
    },
    release: () => rmSync(file, { force: true }),
  };
}

function readHolder(file: string): Holder | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Holder;
  } catch {
    return undefined; // gone meanwhile
  }
}
