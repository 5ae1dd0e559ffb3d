/**
 * When a master may go on without replicas that are missing. A replica that could still be elected in its place must
 * have all that was told; one that is not connected does not have it, so it must not be electable any more:
 *
 * - The cluster knows of no other replicas than those that are connected. So it is after a failover until the old
 *   master is back; and that one cannot be elected before it has all that its successor has, since Redis takes a node
 *   that has not followed its master yet for one that has been out of contact since ever.
 * - Or those that are missing have been so for so long that Redis would not let one be elected. A replica knows how
 *   long it has been out of contact, and stands for election only up to
 *   node timeout * (1 + cluster-replica-validity-factor) + repl-ping-replica-period (clusterHandleSlaveFailover in
 *   Redis's cluster.c; its clock has whole seconds).
 *
 * Who does not look cannot know: while a master lacks replicas it is looked at some times a second, and the time counts
 * from the first look at which it was as it is now. A look that comes late begins it anew: a master that stood still
 * meanwhile may have been replaced. Another node timeout is added, by which a master that is cut off from the other
 * nodes, and may have been replaced, has ceased to answer.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Cluster } from 'ioredis';
import { inTime } from '../tier/in-time.ts';
import type { Log } from '../tier/log.ts';
import { parseInfo, type MasterState } from './master-state.ts';

const lookEveryMs = 300;
/** For which a look waits for its answer. Then it ends, and the next round that finds a replica missing begins anew. */
const answersWithinMs = 2_000;

type Watch = {
  /** Looks without a gap, by this process's steady clock: when the first was answered, and the last was sent. */
  since: number;
  until: number;
  replicas: number;
  syncs: number;
  /** The cluster knows of no others. */
  complete: boolean;
  times: Times;
};

type Times = { goesOnAfterMs: number; maxGapMs: number };

export class MissingReplicas {
  readonly #redis: Cluster;
  readonly #wanted: number;
  readonly #log: Log | undefined;
  /** By the name of the master (`replid`); undefined before the first look. */
  readonly #watches = new Map<string, Watch | undefined>();

  /** `wanted`: a master that has so many replicas lacks none. */
  constructor(redis: Cluster, wanted: number, log?: Log) {
    this.#redis = redis;
    this.#wanted = wanted;
    this.#log = log;
  }

  /** Begins to look at the master that has `key` and is known as `replid`, unless that is done already. */
  watch(replid: string, key: string): void {
    if (this.#watches.has(replid)) return;
    this.#watches.set(replid, undefined);
    void this.#look(replid, key)
      .catch(() => {})
      .finally(() => {
        if (this.#watches.get(replid)) this.#log?.info({ replid }, 'its replicas are back, or it is gone');
        this.#watches.delete(replid);
      });
  }

  /** How many replicas must have what this master answers: as many as are wanted, or all that it can have now. */
  needed(replid: string): number {
    const watch = this.#watches.get(replid);
    if (!watch) return this.#wanted;
    const { since, until, replicas, complete, times } = watch;
    const fresh = performance.now() - until <= times.maxGapMs;
    const goesOn = fresh && (complete || until - since >= times.goesOnAfterMs);
    return goesOn ? replicas : this.#wanted;
  }

  /** Whether what a master answered is safe, of which it says this just afterwards and so many replicas have it. */
  isSafe({ replid, replicas, syncs }: MasterState, acks: number): boolean {
    if (acks >= this.#wanted) return true;
    const watch = this.#watches.get(replid);
    // None has come or gone since the last look.
    const unchanged = watch?.replicas === replicas && watch.syncs === syncs;
    return unchanged && acks >= this.needed(replid);
  }

  /** Goes on until no replica is missing, or there is another master or no answer. */
  async #look(replid: string, key: string): Promise<void> {
    let times: Times | undefined;
    for (;;) {
      const sent = performance.now();
      const pipeline = this.#redis.pipeline().exists(key).info('replication').info('stats').cluster('NODES');
      const [routed, replication, stats, nodes] = (await inTime(pipeline.exec(), answersWithinMs)) ?? [];
      if (!nodes || routed?.[0] || nodes[0]) return;
      const state = parseInfo(replication, stats);
      if (!state || state.replid !== replid || state.replicas >= this.#wanted) return;
      times ??= await this.#times(key);

      const before = this.#watches.get(replid);
      const { replicas, syncs } = state;
      if (!before)
        this.#log?.warn({ replid, replicas, ...times }, 'a Redis master lacks replicas; what it says waits');
      const answered = performance.now();
      const goesOn =
        before?.replicas === replicas && before.syncs === syncs && answered - before.until <= times.maxGapMs;
      this.#watches.set(replid, {
        since: goesOn ? before.since : answered,
        until: sent,
        replicas,
        syncs,
        complete: replicasKnown(String(nodes[1])) <= replicas,
        times,
      });
      await sleep(lookEveryMs, undefined, { ref: false });
    }
  }

  /** By the node's own settings; its replicas are taken to have the same. */
  async #times(key: string): Promise<Times> {
    const names = ['cluster-node-timeout', 'cluster-replica-validity-factor', 'repl-ping-replica-period'];
    const pipeline = this.#redis.pipeline().exists(key);
    for (const name of names) pipeline.config('GET', name);
    const [, ...replies] = (await inTime(pipeline.exec(), answersWithinMs)) ?? [];
    const [nodeTimeout = 0, factor = 0, ping = 0] = replies.map(([error, reply]) =>
      error ? 0 : settingIn(reply),
    );
    // A server that does not tell, or lets a replica of any age be elected: the time is never over.
    if (!(nodeTimeout > 0 && factor > 0 && ping > 0)) return { goesOnAfterMs: Infinity, maxGapMs: 2_000 };
    const electable = nodeTimeout * (1 + factor) + ping * 1000 + 1000;
    return { goesOnAfterMs: electable + nodeTimeout, maxGapMs: 0.75 * nodeTimeout };
  }
}

/** RESP2 answers CONFIG GET with a list, RESP3 with a map. */
function settingIn(reply: unknown): number {
  const values = Array.isArray(reply) ? reply.slice(1) : Object.values(Object(reply) as object);
  return Number(values[0] ?? 0);
}

/** Of the node that answered. A line is "<id> <address> <flags> <its master or -> ..." */
function replicasKnown(clusterNodes: string): number {
  const nodes = clusterNodes.split('\n').map((line) => line.split(' '));
  const own = nodes.find(([, , flags]) => flags?.split(',').includes('myself'))?.[0];
  return own === undefined ? Infinity : nodes.filter(([, , , master]) => master === own).length;
}
