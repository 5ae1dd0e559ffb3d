/**
 * Names of a partition's keys. `{drop:ID.P}` puts all keys of partition P of a drop into one hash slot, so that a
 * script can change them together; drops and partitions spread over the cluster.
 */

const names = [
  'meta',
  'rows',
  'runs',
  'entries',
  'holds',
  'due',
  'paying',
  'standby',
  'soldout',
  'batches',
  'order',
  'untold',
  'lent',
  'borrowed',
  'ledger',
  'sent',
  'skipped',
  'lapses',
  'lapsed',
] as const;

/** How many keys every script gets. */
export const keyCount = names.length;

export type KeyName = (typeof names)[number];

/** One partition of one drop: what one script call works on. */
export type Place = { dropId: number; partition: number };

/** A partition as one text, for maps by partition. */
export const placeName = ({ dropId, partition }: Place): string => `${dropId}.${partition}`;

/** All partitions of a drop. */
export function places(dropId: number, partitions: number): Place[] {
  return Array.from({ length: partitions }, (_, partition) => ({ dropId, partition }));
}

export class Keys {
  readonly #namespace: string;

  constructor(namespace: string) {
    this.#namespace = namespace === '' ? '' : `${namespace}:`;
  }

  key({ dropId, partition }: Place, name: KeyName): string {
    return `${this.#namespace}{drop:${dropId}.${partition}}:${name}`;
  }

  /** In the order in which prelude.lua names them. */
  all(place: Place): string[] {
    return names.map((name) => this.key(place, name));
  }

  /** The keys that collect the portions of a partition while it is restored, in the same order (restore.lua). */
  restoring(place: Place): string[] {
    return names.map(
      (name) => `${this.#namespace}{drop:${place.dropId}.${place.partition}}:restoring:${name}`,
    );
  }

  /** The sharded channel that carries a drop's news to realtime. */
  news(dropId: number): string {
    return `${this.#namespace}{drop:${dropId}.0}:news`;
  }

  /** Prefix of the channels through which realtime processes reach each other's sockets. */
  get sockets(): string {
    return `sockets:${this.#namespace}`;
  }

  /** Number of entries that publishers have accepted for a drop; only shown, no decision depends on it. */
  accepted(dropId: number): string {
    return `${this.#namespace}{drop:${dropId}.0}:accepted`;
  }

  /** Set of the realtime processes that report how many of their sockets watch a drop. */
  watchers(dropId: number): string {
    return `${this.#namespace}{drop:${dropId}.0}:watchers`;
  }

  /** How many sockets of one realtime process watch the drop; expires soon after its last report. */
  watchersOf(dropId: number, process: string): string {
    return `${this.watchers(dropId)}:${process}`;
  }

  /** Sorted set of drops whose ledger got records after they were over, score = when (us); for archiving ledgers. */
  get late(): string {
    return `${this.#namespace}drops:late`;
  }

  /** Hash of the drops whose timers, transfers and untold holds the sweeper looks after: drop -> partitions. */
  get liveDrops(): string {
    return `${this.#namespace}drops:on-sale`;
  }
}
