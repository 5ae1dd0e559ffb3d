/** What a drill uses to inject faults: the system, the drop, seeded random choices, and the record of incidents. */
import { setImmediate, setTimeout as sleep } from 'node:timers/promises';
import type { Cluster } from 'ioredis';
import type { Child } from '../../../local/process/child.ts';
import type { Drop } from '../../../shared/drops/drop.ts';
import { places } from '../../../shared/inventory/keys.ts';
import type { Keys } from '../../../shared/inventory/keys.ts';
import type { Random } from '../../buyer/random.ts';
import type { DrillSystem } from './drill-system.ts';

export type Incident = { at: number; what: string; kind: 'kill' | 'fault' };

export type FaultInjectorOptions = {
  system: DrillSystem;
  redis: Cluster;
  keys: Keys;
  drop: Drop;
  random: Random;
  /** End of the faults, in milliseconds since 1970. */
  until: number;
  say: (line: string) => void;
};

export class FaultInjector {
  readonly system: DrillSystem;
  readonly random: Random;
  readonly incidents: Incident[] = [];
  readonly #options: FaultInjectorOptions;

  constructor(options: FaultInjectorOptions) {
    this.system = options.system;
    this.random = options.random;
    this.#options = options;
  }

  get isOver(): boolean {
    return Date.now() >= this.#options.until;
  }

  /** Waits for a random time between these bounds, but not past the end. */
  async pause(fromSeconds: number, toSeconds: number): Promise<void> {
    const ms = this.random.between(fromSeconds, toSeconds) * 1000;
    await sleep(Math.max(0, Math.min(ms, this.#options.until - Date.now())));
  }

  /** Repeats `incident` with random pauses between these bounds until the time is over. */
  async repeatedly(seconds: [from: number, to: number], incident: () => Promise<void>): Promise<void> {
    await this.pause(0.5, seconds[0]);
    while (!this.isOver) {
      await incident();
      await this.pause(...seconds);
    }
  }

  /** Sends SIGKILL. The system restarts the process, at the earliest after `downMs`. */
  kill(child: Child, downMs = 0): void {
    if (child.pid === undefined) return; // still down from the last kill
    this.system.keepDown(child, downMs);
    child.kill('SIGKILL');
    this.#note('kill', `${child.name} killed${downMs > 0 ? ` for ${(downMs / 1000).toFixed(0)} s` : ''}`);
  }

  /** Sends SIGSTOP, waits `ms`, calls `beforeResume`, and sends SIGCONT. */
  async freeze(child: Child, ms: number, beforeResume?: () => Promise<void>): Promise<void> {
    if (child.pid === undefined) return;
    child.kill('SIGSTOP');
    this.fault(`${child.name} paused for ${(ms / 1000).toFixed(0)} s`);
    await sleep(ms);
    try {
      await beforeResume?.();
    } finally {
      child.kill('SIGCONT');
    }
  }

  /** Deletes the remembered replies of decided batches, as if more batches had followed than Redis remembers. */
  async forgetReplies(): Promise<void> {
    const { redis, keys, drop } = this.#options;
    for (const place of places(drop.id, drop.partitions)) {
      await redis.unlink(keys.key(place, 'batches'), keys.key(place, 'order'));
    }
  }

  fault(what: string): void {
    this.#note('fault', what);
  }

  /** Resolves right after Redis has decided entries of the drop, or when the time is over. */
  async untilDecided(): Promise<void> {
    const { redis, keys, drop } = this.#options;
    const metas = places(drop.id, drop.partitions).map((place) => keys.key(place, 'meta'));
    const decided = async () => {
      const counts = await Promise.all(metas.map((key) => redis.hget(key, 'decided')));
      return counts.reduce((sum, count) => sum + Number(count), 0);
    };
    const before = await decided();
    while (!this.isOver && (await decided()) === before) await setImmediate();
  }

  /** The Redis nodes that currently own a random partition of the drop. */
  async nodesOfDrop(): Promise<{ master: Child; replica: Child | undefined }> {
    const { redis, keys, drop, system } = this.#options;
    const partition = this.random.integer(0, drop.partitions - 1);
    const slot = await redis.cluster('KEYSLOT', keys.key({ dropId: drop.id, partition }, 'meta'));
    const ranges = await redis.cluster('SLOTS');
    const [, , master, replica] = ranges.find(([from, to]) => from <= slot && slot <= to) ?? [];
    const nodeAt = (address: readonly unknown[] | undefined): Child | undefined => {
      const index = system.servers.redis.nodes.findIndex((node) => node.endsWith(`:${String(address?.[1])}`));
      return system.servers.redis.processes[index];
    };
    const owner = nodeAt(master);
    if (!owner) throw new Error(`no Redis node has slot ${slot}`);
    return { master: owner, replica: nodeAt(replica) };
  }

  portOf(node: Child): number {
    const { nodes, processes } = this.system.servers.redis;
    return Number(nodes[processes.indexOf(node)]?.split(':')[1]);
  }

  #note(kind: Incident['kind'], what: string): void {
    this.incidents.push({ at: Date.now(), what, kind });
    this.#options.say(`! ${what}`);
  }
}
