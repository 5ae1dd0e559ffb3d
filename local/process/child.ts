import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Place } from './place.ts';
import { type Proc, descendants, isRunning, readProc, signal } from './proc.ts';

/**
 * A process of the local system. It leads its own session, so that Ctrl-C in the terminal reaches only the parent
 * (which then stops everything in order), and so that the processes it forks can be found and ended with it.
 */
export type ChildOptions = {
  name: string;
  place: Place;
  command: string;
  args: readonly string[];
  /** The whole environment: nothing is inherited. */
  env: Readonly<Record<string, string>>;
  cwd: string;
  /** Resolves once the process is ready; otherwise it must reject, also after a time of its own. */
  ready: () => Promise<void>;
  /** How long a stop waits after SIGTERM before SIGKILL. Milliseconds, default 10,000. */
  graceMs?: number;
  /** A kill does not damage its data, and it may ignore SIGTERM while it starts: it is killed then. */
  crashSafe?: true;
};

export type Child = {
  readonly name: string;
  readonly logFile: string;
  /** Undefined while it does not run. */
  readonly pid: number | undefined;
  /** Signals the process and its group: SIGSTOP and SIGCONT pause and resume it, SIGKILL is a crash. */
  kill(name: NodeJS.Signals): void;
  /** Ends the process if it runs, starts it again and waits until it is ready. */
  restart(): Promise<void>;
  /** Sends SIGTERM, and SIGKILL after the grace time. Resolves when nothing of it is left. It cannot be restarted. */
  stop(): Promise<void>;
  /** Called whenever the process ends without `stop` or `restart`. */
  onUnexpectedExit(listener: (how: string) => void): void;
};

/** Content of a pid file. */
export type PidNote = { pid: number; startTime: number; name: string };

type Running = { pid: number; exited: Promise<string>; isReady: boolean };

/**
 * Starts a process and waits until it is ready.
 * @throws Error with the end of its log if it ends or times out before it is ready.
 */
export async function startChild(options: ChildOptions): Promise<Child> {
  const { name, place, graceMs = 10_000 } = options;
  const logFile = join(place.logDir, `${name}.log`);
  const pidFile = join(place.pidDir, `${name}.json`);
  const listeners: ((how: string) => void)[] = [];
  let running: Running | undefined;
  let endIsExpected = false;
  let stopped = false;

  async function launch(): Promise<void> {
    if (stopped) throw new Error(`${name} was stopped`);
    place.cancel.throwIfAborted();
    const self = await spawnDetached(options, logFile, pidFile);
    running = self;
    endIsExpected = false;

    void self.exited.then((how) => {
      running = undefined;
      signal(-self.pid, 'SIGKILL'); // workers that outlive their master would keep its port open
      if (self.isReady && !endIsExpected) for (const listener of listeners) listener(how);
    });
    try {
      await Promise.race([options.ready(), endOf(self), whenAborted(place.cancel)]);
    } catch (error) {
      await end();
      if (place.cancel.aborted) throw error;
      throw new Error(`${(error as Error).message}\n${logTail(logFile)}`, { cause: error });
    }
    self.isReady = true;
  }

  async function endOf(self: Running): Promise<never> {
    throw new Error(`${name} ended while starting (${await self.exited})`);
  }

  async function end(): Promise<void> {
    endIsExpected = true;
    const self = running;
    if (self !== undefined) {
      const offspring = descendants(self.pid);
      signal(self.pid, options.crashSafe === true && !self.isReady ? 'SIGKILL' : 'SIGTERM');
      signal(self.pid, 'SIGCONT'); // a paused process would never see the SIGTERM
      const grace = sleep(graceMs, undefined, { signal: place.hurry, ref: false }).catch(() => undefined);
      await Promise.race([self.exited, grace]);
      signal(-self.pid, 'SIGKILL');
      await self.exited;
      await reap([...offspring, ...descendants(self.pid)]);
    }
    rmSync(pidFile, { force: true });
  }

  await launch();
  return {
    name,
    logFile,
    get pid() {
      return running?.pid;
    },
    kill(by) {
      if (running !== undefined) signal(-running.pid, by);
    },
    async restart() {
      await end();
      await launch();
    },
    async stop() {
      stopped = true;
      await end();
    },
    onUnexpectedExit: (listener) => listeners.push(listener),
  };
}

/** stdout and stderr go to a file, not to a pipe, so that the process gets no EPIPE if this process dies. */
async function spawnDetached(options: ChildOptions, logFile: string, pidFile: string): Promise<Running> {
  const { logDir, pidDir } = options.place;
  mkdirSync(logDir, { recursive: true });
  mkdirSync(pidDir, { recursive: true });
  const log = openSync(logFile, 'a');
  const { command, args, env, cwd } = options;
  const child = spawn(command, args, { env, cwd, detached: true, stdio: ['ignore', log, log] });
  closeSync(log);
  if (child.pid !== undefined) {
    // Written at once, since this process may be killed while it starts several others.
    const note: PidNote = {
      pid: child.pid,
      startTime: readProc(child.pid)?.startTime ?? 0,
      name: options.name,
    };
    writeFileSync(pidFile, JSON.stringify(note));
  }
  const exited = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, by) => resolve(by ?? `exit code ${code}`));
  });
  if (child.pid === undefined) throw new Error(`${options.name} could not be started: ${await exited}`);
  return { pid: child.pid, exited, isReady: false };
}

function whenAborted(cancel: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    cancel.addEventListener('abort', () => reject(cancel.reason as Error), { once: true });
  });
}

/** Waits for processes whose leader has ended to end too (they do, at end of file), and then kills the others. */
async function reap(procs: Proc[]): Promise<void> {
  for (let waited = 0; procs.some(isRunning); waited += 20) {
    if (waited >= 1_000) for (const proc of procs.filter(isRunning)) signal(proc.pid, 'SIGKILL');
    await sleep(20);
  }
}

/** The last lines of a log, for an error message. */
export function logTail(file: string, lines = 15): string {
  try {
    const tail = readFileSync(file, 'utf8').trimEnd().split('\n').slice(-lines);
    return tail.map((line) => `  | ${line.slice(0, 300)}`).join('\n');
  } catch {
    return `  (no log at ${file})`;
  }
}
