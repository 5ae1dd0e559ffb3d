/**
 * Makes sure that an answer of Redis outlives the master that gave it. Redis Cluster replicates after answering: a
 * master can answer and be lost before its replica has the change, and then the change never happened. Therefore no
 * answer, whether to a write or to a read, is returned before the replicas have everything that the master had when it
 * answered. Replicas that can no longer take the master's place are excepted (missing-replicas.ts).
 *
 * Calls made while a round is under way go into the next round: many commands are sent over one connection, followed by
 * one WAIT. A WAIT blocks its connection, so all commands of a round share one.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { ChainableCommander, Cluster } from 'ioredis';
import { inTime, TooLate } from '../tier/in-time.ts';
import type { Log } from '../tier/log.ts';
import { parseInfo } from './master-state.ts';
import { MissingReplicas } from './missing-replicas.ts';
import { NotReplicated } from './not-replicated.ts';

export type ReplicatedOptions = {
  redis: Cluster;
  /** Number of replicas that must have an answer; 0: none. */
  acks: number;
  /** Milliseconds after which the call rejects if too few replicas have the answer. */
  patienceMs: number;
  /** Once it is aborted, calls wait for half a second at most. */
  hurry?: AbortSignal;
  log?: Log;
};

/** Sends exactly one command. */
export type Ask<T> = (on: Cluster) => Promise<T>;

type Asked = {
  ask: Ask<unknown>;
  resolve: (value: unknown) => void;
  reject: (error: Error) => void;
  /** When the call rejects, by the monotonic clock. */
  until: number;
};
type Answered = Asked & { value: unknown; replid: string };
type Line = {
  key: string;
  /** A key in the same slot, which each round writes. */
  mark: string;
  busy: boolean;
  fresh: Asked[];
  answered: Answered[];
  /** Identifies the master that answered last. */
  replid: string;
  /** Whether too few replicas confirmed the last round. */
  inDoubt: boolean;
};

function newLine(key: string): Line {
  const mark = `${key.includes('{') ? key : `{${key}}`}:asked`;
  return { key, mark, busy: false, fresh: [], answered: [], replid: '', inDoubt: false };
}

/** Commands in one round, at most. */
const maxCommandsPerRound = 512;
/** Milliseconds for which the WAIT of a round blocks the connection, at most. */
const waitMs = 100;
const firstPauseMs = 10;
const maxPauseMs = 200;
/** Milliseconds that replace `patienceMs` once `hurry` is aborted. */
const hurriedPatienceMs = 500;
/** Milliseconds that a node has for its replies, even if the callers' time ends sooner. */
const minReplyTimeoutMs = 1_000;

/**
 * Errors of a node that did not run the command: it must be sent to another node, or to the same one a little later.
 */
const notExecuted = /^(MOVED|ASK|CLUSTERDOWN|TRYAGAIN|READONLY|LOADING|MASTERDOWN)\b/;

export class Replicated {
  readonly #options: ReplicatedOptions;
  readonly #replicas: MissingReplicas;
  readonly #lines = new Map<string, Line>();

  constructor(options: ReplicatedOptions) {
    this.#options = options;
    this.#replicas = new MissingReplicas(options.redis, options.acks, options.log);
  }

  /**
   * `ask` must send exactly one command, on `key` or a key in the same slot, and must be safe to repeat.
   * @throws {NotReplicated} if too few replicas have it in time, or its master was lost: it may have happened or not
   */
  ask<T>(key: string, ask: Ask<T>): Promise<T> {
    const { redis, acks, patienceMs } = this.#options;
    if (acks === 0) return ask(redis);
    return new Promise<unknown>((resolve, reject) => {
      const asked = { ask, resolve, reject, until: performance.now() + patienceMs };
      let line = this.#lines.get(key);
      if (!line) this.#lines.set(key, (line = newLine(key)));
      line.fresh.push(asked);
      if (!line.busy) void this.#serve(line);
    }) as Promise<T>;
  }

  async #serve(line: Line): Promise<void> {
    line.busy = true;
    // Wait one microtask: calls made in the same turn of the event loop go into one round.
    await Promise.resolve();
    let pause = firstPauseMs;
    while (line.fresh.length + line.answered.length > 0) {
      const fresh = line.fresh.splice(0, maxCommandsPerRound);
      const progress = await this.#round(line, fresh).catch((error: Error) => {
        for (const each of fresh) each.reject(error);
        return false;
      });
      if (progress) {
        pause = firstPauseMs;
      } else {
        this.#giveUp(line);
        await sleep(pause);
        pause = Math.min(2 * pause, maxPauseMs);
      }
    }
    line.busy = false;
    if (!line.inDoubt) this.#lines.delete(line.key);
  }

  /** Sends the fresh commands and checks whether all answers are on enough replicas. Resolves to whether they were. */
  async #round(line: Line, fresh: Asked[]): Promise<boolean> {
    const { redis } = this.#options;
    const pipeline = redis.pipeline();
    // A pipeline has the client's methods; each only queues its command.
    for (const { ask } of fresh) void ask(pipeline as unknown as Cluster);
    if (pipeline.length !== fresh.length) throw new TypeError('each call must send exactly one command');
    // WAIT counts the replicas that have everything that the node has. A master that was suspended and replaced
    // meanwhile would still count its former replicas. So each round writes a mark, which replicas have to acknowledge
    // again. A server whose memory is full may refuse that write.
    pipeline.set(line.mark, '', 'EX', 60);
    pipeline.wait(this.#replicas.needed(line.replid), waitMs);
    pipeline.info('replication');
    if (line.inDoubt) pipeline.info('stats');

    const replies = await this.#exec(pipeline, [...fresh, ...line.answered]);
    const answers = replies.slice(0, fresh.length);
    const [marked, waited, replication, stats] = replies.slice(fresh.length);
    const state = parseInfo(replication, stats);
    const again: Asked[] = [];
    for (const [index, each] of fresh.entries()) {
      const [error, value] = answers[index] ?? [new Error('no reply')];
      if (error && notExecuted.test(error.message)) again.push(each);
      else if (error) each.reject(error);
      else if (!state) each.reject(new NotReplicated('the node that answered is no longer a master'));
      else line.answered.push({ ...each, value, replid: state.replid });
    }
    line.fresh.unshift(...again);
    if (marked?.[0] && notExecuted.test(marked[0].message)) {
      redis.refreshSlotsCache();
      return false;
    }
    if (!state) return false;

    line.replid = state.replid;
    const isOurs = ({ replid }: Answered) => replid === state.replid;
    for (const each of line.answered)
      if (!isOurs(each)) each.reject(new NotReplicated('the master that answered was lost'));
    line.answered = line.answered.filter(isOurs);
    const acks = waited && !waited[0] ? Number(waited[1]) : -1;
    line.inDoubt = acks < this.#options.acks;
    if (!this.#replicas.isSafe(state, acks)) {
      this.#replicas.watch(state.replid, line.key);
      return false;
    }
    for (const { resolve, value } of line.answered) resolve(value);
    line.answered = [];
    return true;
  }

  /**
   * A suspended node (SIGSTOP, a paused virtual machine) keeps its connections and does not answer, so the wait is
   * limited by the callers' patience. The node may run the commands when it resumes; they are safe to repeat.
   */
  async #exec(pipeline: ChainableCommander, asked: readonly Asked[]): Promise<[Error | null, unknown][]> {
    const lastUntil = asked.reduce((last, { until }) => Math.max(last, until), 0);
    const msLeft = lastUntil - performance.now();
    try {
      return (await inTime(pipeline.exec(), Math.max(msLeft, minReplyTimeoutMs))) ?? [];
    } catch (error) {
      if (!(error instanceof TooLate)) throw error;
      this.#options.redis.refreshSlotsCache();
      throw new NotReplicated('the node does not answer', { cause: error });
    }
  }

  #giveUp(line: Line): void {
    const { hurry, patienceMs } = this.#options;
    const savedMs = hurry?.aborted ? patienceMs - hurriedPatienceMs : 0;
    const isOver = ({ until }: Asked) => performance.now() > until - savedMs;
    const reject = (each: Asked) => each.reject(new NotReplicated('no replica has it yet'));
    for (const list of ['fresh', 'answered'] as const) line[list].filter(isOver).forEach(reject);
    line.fresh = line.fresh.filter((each) => !isOver(each));
    line.answered = line.answered.filter((each) => !isOver(each));
  }
}
