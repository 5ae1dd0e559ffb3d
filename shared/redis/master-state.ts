/** What a master reports about its replicas. */
export type MasterState = {
  /** Identifies the master from its promotion to its end; its successor has another one. */
  replid: string;
  /** Replicas that are connected now, however far behind. */
  replicas: number;
  /** How often a replica has begun to follow this master; NaN unless `INFO stats` was read. */
  syncs: number;
};

type Reply = [error: Error | null, reply: unknown] | undefined;

/**
 * Parses the replies to `INFO replication` and `INFO stats`. Undefined if the node is not a master or gave an error.
 */
export function parseInfo(replication: Reply, stats?: Reply): MasterState | undefined {
  if (!replication || replication[0]) return undefined;
  const text = String(replication[1]);
  const replid = /^master_replid:(\w+)/m.exec(text)?.[1];
  if (replid === undefined || !/^role:master\b/m.test(text)) return undefined;
  const counted = !stats || stats[0] ? '' : String(stats[1]);
  const number = (info: string, name: string) =>
    Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(info)?.[1] ?? NaN);
  return {
    replid,
    replicas: number(text, 'connected_slaves'),
    syncs: number(counted, 'sync_full') + number(counted, 'sync_partial_ok'),
  };
}
