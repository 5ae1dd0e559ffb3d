/**
 * How every tier starts and stops. What is acquired registers its release on the next line; a stop first makes
 * the tier quiet (not ready, takes nothing new), then releases everything in reverse order under a deadline.
 */
import cluster from 'node:cluster';
import { once } from 'node:events';
import type { Log } from './log.ts';

export type Release = () => unknown;

export class Lifecycle {
  readonly #log: Log;
  readonly #releases: { what: string; release: Release }[] = [];
  readonly #quiet: Release[] = [];
  readonly #starting: Promise<void>[] = [];
  #stopping: Promise<void> | undefined;

  constructor(log: Log) {
    this.#log = log;
  }

  get stopping(): boolean {
    return this.#stopping !== undefined;
  }

  /** Work that goes on beside the start, and without which the tier has not started. */
  startsWith(work: Promise<void>): void {
    work.catch(() => {}); // heard of in `started`, which may come later
    this.#starting.push(work);
  }

  /** Rejects with what the first of that work failed with. */
  async started(): Promise<void> {
    await Promise.all(this.#starting);
  }

  /** Runs at a stop's first step: take nothing new, while work under way goes on. */
  onQuiet(quiet: Release): void {
    this.#quiet.push(quiet);
  }

  /** Runs at a stop's second step, in reverse order of registration. */
  onStop(what: string, release: Release): void {
    this.#releases.push({ what, release });
  }

  /** Stops once, however often it is called. A release that fails does not keep the others from running. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async #stop(): Promise<void> {
    for (const quiet of this.#quiet) await this.#attempt('quiet', quiet);
    for (const { what, release } of this.#releases.toReversed()) await this.#attempt(what, release);
  }

  async #attempt(what: string, release: Release): Promise<void> {
    try {
      await release();
    } catch (error) {
      this.#log.warn({ err: error, what }, 'release failed');
    }
  }
}

/** Milliseconds a stop may take before the process ends anyway. Below pm2's and the local stack's kill timeout. */
const stopDeadline = 10_000;

/**
 * Runs a tier's `start` as a process: signals stop it, a failed start ends with exit code 1 (pm2 would otherwise
 * keep a cluster worker that never came up), and a fault nobody handled ends the process rather than leave it
 * half alive.
 */
export async function runTier(log: Log, start: (lifecycle: Lifecycle) => Promise<void>): Promise<void> {
  const lifecycle = new Lifecycle(log);
  let exitCode = 0;

  const stop = (why: string) => {
    if (lifecycle.stopping) return;
    log.info({ why }, 'stopping');
    setTimeout(() => {
      log.error('stop took too long');
      process.exit(1);
    }, stopDeadline).unref();
    void lifecycle
      .stop()
      .then(leaveCluster)
      .then(() => {
        log.info('stopped');
        process.exit(exitCode);
      });
  };
  process.on('SIGTERM', () => stop('SIGTERM'));
  process.on('SIGINT', () => stop('SIGINT'));
  // pm2 asks a worker to end by message where signals cannot reach it.
  process.on('message', (message) => {
    if (message === 'shutdown') stop('shutdown message');
  });
  for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(event, (error: unknown) => {
      log.fatal({ err: error, event }, 'unexpected fault');
      exitCode = 1;
      stop(event);
    });
  }

  try {
    await start(lifecycle);
    await lifecycle.started();
    process.send?.('ready');
    log.info('started');
  } catch (error) {
    log.fatal({ err: error }, 'could not start');
    exitCode = 1;
    stop('failed start');
  }
}

/**
 * Connections may have been handed to this process of a cluster that it has not seen yet. Those are given back to be
 * handed to another one, and by the time the process has left there are no more; to exit would leave them unanswered.
 */
async function leaveCluster(): Promise<void> {
  const { worker } = cluster;
  if (!worker?.isConnected()) return;
  const left = once(worker, 'disconnect');
  worker.disconnect();
  await left;
}
