/**
 * How every tier starts and stops. Code that acquires a resource registers its release on the next line. A stop first
 * makes the tier quiet (not ready, accepts no new work), then releases everything in reverse order, within a time
 * limit.
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

  /** Adds work that runs concurrently with the start; the tier counts as started only when it is done. */
  startsWith(work: Promise<void>): void {
    work.catch(() => {}); // `started` reports it, which may be called later
    this.#starting.push(work);
  }

  /** Resolves when all that work is done; rejects with its first error. */
  async started(): Promise<void> {
    await Promise.all(this.#starting);
  }

  /** Runs in the first step of a stop: accept no new work, while work under way goes on. */
  onQuiet(quiet: Release): void {
    this.#quiet.push(quiet);
  }

  /** Runs in the second step of a stop, in reverse order of registration. */
  onStop(what: string, release: Release): void {
    this.#releases.push({ what, release });
  }

  /** Stops once, however often it is called. If one release fails, the others still run. */
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

/**
 * Milliseconds a stop may take before the process exits anyway. Less than the kill timeouts of pm2 and the local
 * system.
 */
const stopTimeoutMs = 10_000;

/**
 * Runs a tier's `start` as a process. Signals stop it. A failed start exits with code 1; otherwise pm2 would keep a
 * cluster worker that never started. An unhandled fault stops the process, so that it does not run on in a broken
 * state.
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
    }, stopTimeoutMs).unref();
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
  // pm2 asks a worker to stop by message where it cannot send signals.
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
 * Leaves the cluster before the process exits. The primary may have handed over connections that this process has not
 * seen yet; disconnecting gives them back, so that another process gets them. Exiting at once would leave them without
 * an answer.
 */
async function leaveCluster(): Promise<void> {
  const { worker } = cluster;
  if (!worker?.isConnected()) return;
  const disconnected = once(worker, 'disconnect');
  worker.disconnect();
  await disconnected;
}
