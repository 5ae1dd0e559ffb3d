import { resolve } from 'node:path';
import { clearOldRuns } from '../../../local/process/orphans.ts';
import { onStopSignal } from '../../../local/process/stop-signals.ts';
import { localDir } from '../../running-system.ts';

/** What a system of a command's own starts in. */
export type SystemPlace = {
  /** Absolute. Made anew, and kept afterwards for its logs only. */
  dir: string;
  /** Aborted when a stop is wished: a start under way then fails soon. What runs by then is for `stop`. */
  cancel: AbortSignal;
  /** Aborted when a stop should no longer wait for anyone. */
  hurry: AbortSignal;
};

export type SystemKeeper<DrillSystem> = {
  /**
   * The stack that runs, or a new one, if there is none with these settings over the usual ones.
   * @throws when it does not start, or a stop is wished
   */
  system: (tierSettings?: Record<string, string>) => Promise<DrillSystem>;
  /** Resolves when nothing of it is left. */
  end: () => Promise<void>;
  /** Aborted when the command is to come to its end before its work is done. */
  cancel: AbortSignal;
};

/**
 * One stack at a time for a command that breaks it, and none that outlives the command: neither when it is stopped
 * (Ctrl-C, SIGTERM, a fault of its own; also while the stack starts) nor, once the next one runs, when it was killed.
 * Ends the process with exit code 1 after a stop.
 */
export function keepSystem<DrillSystem extends { stop: () => Promise<void> }>(options: {
  /** Its folder is called `KIND-PID-NUMBER`; orphans.ts knows them. */
  kind: 'drill' | 'rolling';
  start: (place: SystemPlace, tierSettings: Record<string, string>) => Promise<DrillSystem>;
  tierSettings: Record<string, string>;
  say: (line: string) => void;
}): SystemKeeper<DrillSystem> {
  const { kind, say } = options;
  const cancel = new AbortController();
  const hurry = new AbortController();
  let current: Promise<DrillSystem> | undefined;
  let settings = '';
  let rounds = 0;

  const start = async (tierSettings: Record<string, string>): Promise<DrillSystem> => {
    await clearOldRuns(localDir);
    cancel.signal.throwIfAborted();
    rounds += 1;
    say('starting a system');
    const dir = resolve(localDir, `${kind}-${process.pid}-${rounds}`);
    return options.start({ dir, cancel: cancel.signal, hurry: hurry.signal }, tierSettings);
  };
  const end = async (): Promise<void> => {
    const last = current;
    // One that did not start has cleared up after itself.
    const system = await last?.catch(() => undefined);
    await system?.stop();
    if (current === last) current = undefined;
  };
  const stop = (why: string): void => {
    if (cancel.signal.aborted) return;
    cancel.abort(new Error(`stopped by ${why}`));
    say(`stopping (${why})`);
    void end()
      .catch((error: unknown) => console.error(error))
      .finally(() => process.exit(1));
  };
  onStopSignal(stop, () => hurry.abort());
  process.on('uncaughtException', (error) => {
    console.error(error);
    stop('a fault of its own');
  });
  for (const output of [process.stdout, process.stderr]) output.on('error', () => {}); // nobody reads any more

  return {
    async system(own = {}) {
      const wanted = { ...options.tierSettings, ...own };
      if (JSON.stringify(wanted) !== settings) await end();
      settings = JSON.stringify(wanted);
      return (current ??= start(wanted));
    },
    end,
    cancel: cancel.signal,
  };
}
