/**
 * An answer of Redis that outlives the master that gave it. Redis Cluster replicates behind the answer: a master can
 * answer and be lost before its replica has heard of it, and what it said was never so. Therefore nothing is taken
 * as said, be it a change or a reading of one, before the replicas have all that the master had when it answered, but
 * for those that cannot take its place any more (missing-replicas.ts).
 *
 * Whoever asks while another answer is waited for goes along with the next round: many are sent down one connection
 * with one WAIT behind them, so that a WAIT, which keeps its connection from all else, is shared by all of them.
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
  /** Replicas that must have what was answered; 0: none need to. */
  acks: number;
  /** Milliseconds after which an answer that no replica has is given up. */
  patienceMs: number;
  /** Once it is aborted, nothing is waited for longer than a moment. */
  hurry?: AbortSignal;
  log?: Log;
};

/** Asks for one thing with one command. */
export type Ask<T> = (on: Cluster) => Promise<T>;

type Asked = {
  ask: Ask<unknown>;
  resolve: (value: unknown) => void;
  reject: (error: Error) => void;
  /** By the steady clock. */
  until: number;
};
type Answered = Asked & { value: unknown; replid: string };
type Line = {
  key: string;
  /** A key beside it. */
  mark: string;
  busy: boolean;
  fresh: Asked[];
  answered: Answered[];
  /** Of the master that answered last, and whether it lacked replicas then. */
  replid: string;
  inDoubt: boolean;
};

function newLine(key: string): Line {
  const mark = `${key.includes('{') ? key : `{${key}}`}:asked`;
  return { key, mark, busy: false, fresh: [], answered: [], replid: '', inDoubt: false };
}

/** Commands of one round, and milliseconds for which it lets the replicas hold the connection. */
const portion = 512;
const waitMs = 100;
const firstPauseMs = 10;
const longestPauseMs = 200;
const hurriedMs = 500;
/** For which a node may be silent, however little is left of the patience of those who ask. */
const shortestSilenceMs = 1_000;

/** Said by a node that did not do what it was asked: another one is to be asked, or the same a little later. */
const elsewhere = /^(MOVED|ASK|CLUSTERDOWN|TRYAGAIN|READONLY|LOADING|MASTERDOWN)\b/;

export class Replicated {
  readonly #options: ReplicatedOptions;
  readonly #replicas: MissingReplicas;
  readonly #lines = new Map<string, Line>();

  constructor(options: ReplicatedOptions) {
    this.#options = options;
    this.#replicas = new MissingReplicas(options.redis, options.acks, options.log);
  }

  /**
   * `ask` must send exactly one command, on `key` or a key beside it, and must be safe to repeat.
   * @throws {NotReplicated} when no replica has it in time, or its master was lost: it may have happened or not
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
    // Whatever is asked in one go belongs into one round.
    await Promise.resolve();
    let pause = firstPauseMs;
    while (line.fresh.length + line.answered.length > 0) {
      const fresh = line.fresh.splice(0, portion);
      const progress = await this.#round(line, fresh).catch((error: Error) => {
        for (const each of fresh) each.reject(error);
        return false;
      });
      if (progress) {
        pause = firstPauseMs;
      } else {
        this.#giveUp(line);
        await sleep(pause);
        pause = Math.min(2 * pause, longestPauseMs);
      }
    }
    line.busy = false;
    if (!line.inDoubt) this.#lines.delete(line.key);
  }

  /** Asks what is fresh, and finds out whether all that was answered is safe. Resolves to whether it was. */
  async #round(line: Line, fresh: Asked[]): Promise<boolean> {
    const { redis } = this.#options;
    const pipeline = redis.pipeline();
    // A pipeline has the client's methods; each only notes its command.
    for (const { ask } of fresh) void ask(pipeline as unknown as Cluster);
    if (pipeline.length !== fresh.length) throw new TypeError('an answer takes one command');
    // WAIT counts the replicas that have all that the node has. One that stood still, and was replaced meanwhile, would
    // find that they do: so that they have to say so anew, there is something new. A full server may refuse it.
    pipeline.set(line.mark, '', 'EX', 60);
    pipeline.wait(this.#replicas.needed(line.replid), waitMs);
    pipeline.info('replication');
    if (line.inDoubt) pipeline.info('stats');

    const replies = await this.#exec(pipeline, [...fresh, ...line.answered]);
    const answers = replies.slice(0, fresh.length);
    const [marked, waited, replication, stats] = replies.slice(fresh.length);
    const state = parseInfo(replication, stats);
    const again: Asked[] = [];
    for (const [at, each] of fresh.entries()) {
      const [error, value] = answers[at] ?? [new Error('no reply')];
      if (error && elsewhere.test(error.message)) again.push(each);
      else if (error) each.reject(error);
      else if (!state) each.reject(new NotReplicated('what answered is no master any more'));
      else line.answered.push({ ...each, value, replid: state.replid });
    }
    line.fresh.unshift(...again);
    if (marked?.[0] && elsewhere.test(marked[0].message)) {
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
   * A node that stands still (SIGSTOP, a paused virtual machine) keeps its connections and says nothing: nobody waits for
   * it for longer than they have patience. It may do what it was asked when it goes on, which is safe to repeat.
   */
  async #exec(pipeline: ChainableCommander, asked: readonly Asked[]): Promise<[Error | null, unknown][]> {
    const patience = asked.reduce((most, { until }) => Math.max(most, until), 0) - performance.now();
    try {
      return (await inTime(pipeline.exec(), Math.max(patience, shortestSilenceMs))) ?? [];
    } catch (error) {
      if (!(error instanceof TooLate)) throw error;
      this.#options.redis.refreshSlotsCache();
      throw new NotReplicated('the node does not answer', { cause: error });
    }
  }

  #giveUp(line: Line): void {
    const { hurry, patienceMs } = this.#options;
    const sooner = hurry?.aborted ? patienceMs - hurriedMs : 0;
    const isOver = ({ until }: Asked) => performance.now() > until - sooner;
    const reject = (each: Asked) => each.reject(new NotReplicated('no replica has it yet'));
    for (const list of ['fresh', 'answered'] as const) line[list].filter(isOver).forEach(reject);
    line.fresh = line.fresh.filter((each) => !isOver(each));
    line.answered = line.answered.filter((each) => !isOver(each));
  }
}
