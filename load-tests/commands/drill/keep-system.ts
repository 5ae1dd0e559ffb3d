import { clearOldRuns, runFolder } from '../../../local/process/orphans.ts';
import { onStopSignal } from '../../../local/process/stop-signals.ts';
import { localDir } from '../../running-system.ts';

/** Where a command starts its own system, and how it stops it. */
export type SystemPlace = {
  /** Absolute path. Created empty; afterwards only its logs remain. */
  dir: string;
  /** Aborted when a stop is requested: a start in progress then fails soon. `stop` ends what runs by then. */
  cancel: AbortSignal;
  /** Aborted when a stop should no longer wait for graceful ends. */
  hurry: AbortSignal;
};

export type SystemKeeper<DrillSystem> = {
  /**
   * The running system, or a new one if none runs with these settings (added to the default ones).
   * @throws if it does not start, or a stop is requested
   */
  system: (tierSettings?: Record<string, string>) => Promise<DrillSystem>;
  /** Resolves when nothing of the system is left. */
  end: () => Promise<void>;
  /** Aborted when the command must end before its work is done. */
  cancel: AbortSignal;
};

/**
 * Keeps one system at a time for a command that injects faults into it. The system never outlives the command: it is
 * stopped on Ctrl-C, SIGTERM and an uncaught exception, also while it starts; if the command was killed, the next one
 * ends what is left. After a stop the process exits with code 1.
 */
export function keepSystem<DrillSystem extends { stop: () => Promise<void> }>(options: {
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
  let systemCount = 0;

  const start = async (tierSettings: Record<string, string>): Promise<DrillSystem> => {
    await clearOldRuns(localDir);
    cancel.signal.throwIfAborted();
    systemCount += 1;
    say('starting a system');
    const dir = runFolder(localDir, kind, systemCount);
    return options.start({ dir, cancel: cancel.signal, hurry: hurry.signal }, tierSettings);
  };
  const end = async (): Promise<void> => {
    const last = current;
    // A start that failed has cleaned up after itself.
    const system = await last?.catch(() => undefined);
    await system?.stop();
    if (current === last) current = undefined;
  };
  const stop = (reason: string): void => {
    if (cancel.signal.aborted) return;
    cancel.abort(new Error(`stopped by ${reason}`));
    say(`stopping (${reason})`);
    void end()
      .catch((error: unknown) => console.error(error))
      .finally(() => process.exit(1));
  };
  onStopSignal(stop, () => hurry.abort());
  process.on('uncaughtException', (error) => {
    console.error(error);
    stop('an uncaught exception');
  });
  for (const output of [process.stdout, process.stderr]) output.on('error', () => {}); // the reader of a pipe has gone

  return {
    async system(tierSettings = {}) {
      const newSettings = { ...options.tierSettings, ...tierSettings };
      if (JSON.stringify(newSettings) !== settings) await end();
      settings = JSON.stringify(newSettings);
      return (current ??= start(newSettings));
    },
    end,
    cancel: cancel.signal,
  };
}
