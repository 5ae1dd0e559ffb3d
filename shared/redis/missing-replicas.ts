/**
 * Decides when a master may continue without missing replicas. A replica that could still be elected in the master's
 * place must have everything that was told to anybody. A replica that is not connected does not have it, so it must not
 * be electable any more. That is so in two cases:
 *
 * - The cluster knows of no replicas other than the connected ones. This holds after a failover until the old master is
 *   back. The old master cannot be elected before it has everything that its successor has, since Redis treats a node
 *   that has not followed its master yet as one that has been out of contact forever.
 * - The missing replicas have been gone for so long that Redis would not elect one of them. A replica knows how long it
 *   has been out of contact, and stands for election only up to
 *   node timeout * (1 + cluster-replica-validity-factor) + repl-ping-replica-period (clusterHandleSlaveFailover in
 *   Redis's cluster.c; its clock has whole seconds).
 *
 * Poll a master without replicas every 300 ms: only continuous observation proves how long a replica has been gone. The
 * time counts from the first look at which the state was as it is now. A late look starts the time again: a master that
 * was suspended meanwhile may have been replaced. One more node timeout is added, after which a master that is cut off
 * from the other nodes, and may have been replaced, no longer answers.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Cluster } from 'ioredis';
import { inTime } from '../tier/in-time.ts';
import type { Log } from '../tier/log.ts';
import { parseInfo, type MasterState } from './master-state.ts';

const lookIntervalMs = 300;
/**
 * How long a look waits for its reply. After that the watch ends; the next round that misses a replica starts a new
 * one.
 */
const replyTimeoutMs = 2_000;

type Watch = {
  /** When the first look of an unbroken series was answered, by the monotonic clock. */
  since: number;
  /** When the last look of that series was sent. */
  until: number;
  replicas: number;
  syncs: number;
  /** The cluster knows of no replicas other than the connected ones. */
  complete: boolean;
  times: Times;
};

type Times = { continuesAfterMs: number; maxGapMs: number };

export class MissingReplicas {
  readonly #redis: Cluster;
  readonly #wanted: number;
  readonly #log: Log | undefined;
  /** By the master's `replid`; undefined before the first look. */
  readonly #watches = new Map<string, Watch | undefined>();

  /** `wanted`: the number of replicas that each master should have. */
  constructor(redis: Cluster, wanted: number, log?: Log) {
    this.#redis = redis;
    this.#wanted = wanted;
    this.#log = log;
  }

  /** Starts to watch the master that owns `key` and has this `replid`, unless it is watched already. */
  watch(replid: string, key: string): void {
    if (this.#watches.has(replid)) return;
    this.#watches.set(replid, undefined);
    void this.#look(replid, key)
      .catch(() => {})
      .finally(() => {
        if (this.#watches.get(replid))
          this.#log?.info({ replid }, 'the replicas of a Redis master are back, or the master is gone');
        this.#watches.delete(replid);
      });
  }

  /**
   * How many replicas must have what this master answers: all wanted ones or, if it may continue, the connected ones.
   */
  needed(replid: string): number {
    const watch = this.#watches.get(replid);
    if (!watch) return this.#wanted;
    const { since, until, replicas, complete, times } = watch;
    const fresh = performance.now() - until <= times.maxGapMs;
    const mayContinue = fresh && (complete || until - since >= times.continuesAfterMs);
    return mayContinue ? replicas : this.#wanted;
  }

  /** Whether a master's answer cannot be lost, given its state right after the answer and the replicas that have it. */
  isSafe({ replid, replicas, syncs }: MasterState, acks: number): boolean {
    if (acks >= this.#wanted) return true;
    const watch = this.#watches.get(replid);
    // No replica has connected or disconnected since the last look.
    const unchanged = watch?.replicas === replicas && watch.syncs === syncs;
    return unchanged && acks >= this.needed(replid);
  }

  /** Looks again and again, until no replica is missing, or another node is master, or there is no reply. */
  async #look(replid: string, key: string): Promise<void> {
    let times: Times | undefined;
    for (;;) {
      const sent = performance.now();
      const pipeline = this.#redis.pipeline().exists(key).info('replication').info('stats').cluster('NODES');
      const [routed, replication, stats, nodes] = (await inTime(pipeline.exec(), replyTimeoutMs)) ?? [];
      if (!nodes || routed?.[0] || nodes[0]) return;
      const state = parseInfo(replication, stats);
      if (!state || state.replid !== replid || state.replicas >= this.#wanted) return;
      times ??= await this.#times(key);

      const before = this.#watches.get(replid);
      const { replicas, syncs } = state;
      if (!before)
        this.#log?.warn(
          { replid, replicas, ...times },
          'a Redis master lacks replicas; its answers are held back',
        );
      const answered = performance.now();
      const isUnbroken =
        before?.replicas === replicas && before.syncs === syncs && answered - before.until <= times.maxGapMs;
      this.#watches.set(replid, {
        since: isUnbroken ? before.since : answered,
        until: sent,
        replicas,
        syncs,
        complete: replicasKnown(String(nodes[1])) <= replicas,
        times,
      });
      await sleep(lookIntervalMs, undefined, { ref: false });
    }
  }

  /** Computed from the node's own settings; its replicas are assumed to have the same. */
  async #times(key: string): Promise<Times> {
    const names = ['cluster-node-timeout', 'cluster-replica-validity-factor', 'repl-ping-replica-period'];
    const pipeline = this.#redis.pipeline().exists(key);
    for (const name of names) pipeline.config('GET', name);
    const [, ...replies] = (await inTime(pipeline.exec(), replyTimeoutMs)) ?? [];
    const [nodeTimeout = 0, factor = 0, ping = 0] = replies.map(([error, reply]) =>
      error ? 0 : readSetting(reply),
    );
    // The server does not report its settings, or elects replicas of any age: the time never ends.
    if (!(nodeTimeout > 0 && factor > 0 && ping > 0)) return { continuesAfterMs: Infinity, maxGapMs: 2_000 };
    const electable = nodeTimeout * (1 + factor) + ping * 1000 + 1000;
    return { continuesAfterMs: electable + nodeTimeout, maxGapMs: 0.75 * nodeTimeout };
  }
}

/** In RESP2 the reply to CONFIG GET is a list, in RESP3 a map. */
function readSetting(reply: unknown): number {
  const values = Array.isArray(reply) ? reply.slice(1) : Object.values(Object(reply) as object);
  return Number(values[0] ?? 0);
}

/** Counts the replicas of the node that answered. A line is "<id> <address> <flags> <its master or -> ..." */
function replicasKnown(clusterNodes: string): number {
  const nodes = clusterNodes.split('\n').map((line) => line.split(' '));
  const own = nodes.find(([, , flags]) => flags?.split(',').includes('myself'))?.[0];
  return own === undefined ? Infinity : nodes.filter(([, , , master]) => master === own).length;
}
