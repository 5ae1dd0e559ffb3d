import { resolve } from 'node:path';
import { clearOldRuns } from '../../local/orphans.ts';
import { onStopSignal } from '../../local/stop-signals.ts';
import { startStack, type Stack } from './stack.ts';

export type StackKeeper = {
  /**
   * The stack that runs, or a new one, if there is none with these settings over the usual ones.
   * @throws when it does not start, or a stop is wished
   */
  stack: (tierSettings?: Record<string, string>) => Promise<Stack>;
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
export function keepStack(options: {
  seed: number;
  tierSettings: Record<string, string>;
  say: (line: string) => void;
}): StackKeeper {
  const { seed, say } = options;
  const localDir = resolve(import.meta.dirname, '../..', process.env['SEATDROP_LOCAL_DIR'] ?? '.local');
  const cancel = new AbortController();
  const hurry = new AbortController();
  let current: Promise<Stack> | undefined;
  let settings = '';
  let rounds = 0;

  const start = async (tierSettings: Record<string, string>): Promise<Stack> => {
    await clearOldRuns(localDir);
    cancel.signal.throwIfAborted();
    rounds += 1;
    say('starting a system');
    return startStack({
      dir: resolve(localDir, `drill-${process.pid}-${rounds}`),
      step: (_name, work) => work(),
      say: () => {}, // comings and goings are in the logs; what was broken is said by the drill
      tierSettings,
      seed,
      cancel: cancel.signal,
      hurry: hurry.signal,
    });
  };
  const end = async (): Promise<void> => {
    const last = current;
    // One that did not start has cleared up after itself.
    const stack = await last?.catch(() => undefined);
    await stack?.stop();
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
    async stack(own = {}) {
      const wanted = { ...options.tierSettings, ...own };
      if (JSON.stringify(wanted) !== settings) await end();
      settings = JSON.stringify(wanted);
      return (current ??= start(wanted));
    },
    end,
    cancel: cancel.signal,
  };
}
