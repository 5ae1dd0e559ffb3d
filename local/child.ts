import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Proc, descendants, isRunning, readProc, signal } from './proc.ts';

/**
 * A process of the local stack. It leads its own session, so that Ctrl-C in the terminal reaches only the
 * parent (which then stops everything in order) and so that whatever it forks can be found and ended with it.
 */
export type ChildOptions = {
  name: string;
  command: string;
  args: readonly string[];
  /** The whole environment: nothing of the caller's leaks in. */
  env: Readonly<Record<string, string>>;
  cwd: string;
  /** stdout and stderr are appended here. A file, not a pipe: the child survives our death without EPIPE. */
  logFile: string;
  /** Where to note the pid, so that a later start finds what a killed one left (see orphans.ts). */
  pidDir: string;
  /** Resolves once the process does its work; rejects or times out by itself. */
  ready: () => Promise<void>;
  /** How long `stop` waits after SIGTERM before SIGKILL. Milliseconds, default 10,000. */
  graceMs?: number;
};

export type Child = {
  readonly name: string;
  readonly logFile: string;
  readonly pid: number | undefined;
  /** Signals the process and all it started; SIGSTOP and SIGCONT pause and resume, SIGKILL is a crash. */
  kill(name: NodeJS.Signals): void;
  /** Ends the process if it runs, starts it again and waits until it is ready. */
  restart(): Promise<void>;
  /** SIGTERM, then SIGKILL after the grace time. Resolves when nothing of it is left. */
  stop(): Promise<void>;
  /** Cuts the grace time of a `stop` under way, or to come, short. */
  hurry(): void;
  /** Called for every end that nobody asked for by `stop` or `restart`. */
  onUnexpectedExit(listener: (how: string) => void): void;
};

/** What a pid file holds. */
export type PidNote = { pid: number; startTime: number; name: string };

/**
 * Starts a process and waits until it is ready.
 * @throws Error with the end of its log when it ends before it is ready.
 */
export async function startChild(options: ChildOptions): Promise<Child> {
  const { name, logFile, graceMs = 10_000 } = options;
  const pidFile = join(options.pidDir, `${name}.json`);
  const listeners: ((how: string) => void)[] = [];
  const impatience = new AbortController();
  let running: { process: ChildProcess; pid: number; exited: Promise<string> } | undefined;
  let expected = false;

  async function launch(): Promise<void> {
    mkdirSync(dirname(logFile), { recursive: true });
    mkdirSync(options.pidDir, { recursive: true });
    const log = openSync(logFile, 'a');
    const { command, args, env, cwd } = options;
    const spawned = spawn(command, args, { env, cwd, detached: true, stdio: ['ignore', log, log] });
    closeSync(log);
    const exited = new Promise<string>((resolve) => {
      spawned.once('error', (error) => resolve(error.message));
      spawned.once('exit', (code, by) => resolve(by === null ? `exit code ${code}` : by));
    });
    const pid = spawned.pid;
    if (pid === undefined) throw new Error(`${name} could not be started: ${await exited}`);
    const self = { process: spawned, pid, exited };
    running = self;
    expected = false;
    const note: PidNote = { pid, startTime: readProc(pid)?.startTime ?? 0, name };
    writeFileSync(pidFile, JSON.stringify(note));
    let isReady = false;
    void exited.then((how) => {
      if (running !== self) return;
      running = undefined;
      if (isReady && !expected) for (const listener of listeners) listener(how);
    });
    const died = exited.then((how) => {
      throw new Error(`${name} ended while starting (${how})\n${logTail(logFile)}`);
    });
    try {
      await Promise.race([options.ready(), died]);
    } catch (error) {
      await end();
      throw error;
    }
    isReady = true;
  }

  async function end(): Promise<void> {
    expected = true;
    const current = running;
    if (current !== undefined) {
      const offspring = descendants(current.pid);
      signal(current.pid, 'SIGTERM');
      signal(current.pid, 'SIGCONT'); // a paused process would never see the SIGTERM
      const grace = sleep(graceMs, undefined, { signal: impatience.signal, ref: false }).catch(
        () => undefined,
      );
      await Promise.race([current.exited, grace]);
      signal(-current.pid, 'SIGKILL'); // the leader if it is too slow, and what it left in its group
      await current.exited;
      await reap([...offspring, ...descendants(current.pid)]);
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
    stop: end,
    hurry: () => impatience.abort(),
    onUnexpectedExit: (listener) => listeners.push(listener),
  };
}

/** Waits for processes whose leader is gone to follow it (they do, at end of file), then helps those that stay. */
async function reap(procs: Proc[]): Promise<void> {
  for (let waited = 0; procs.some(isRunning); waited += 20) {
    if (waited >= 1_000) for (const proc of procs.filter(isRunning)) signal(proc.pid, 'SIGKILL');
    await sleep(20);
  }
}

/** The last lines of a log, for an error message. */
export function logTail(file: string, lines = 15): string {
  try {
    return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-lines).join('\n');
  } catch {
    return `(no log at ${file})`;
  }
}
