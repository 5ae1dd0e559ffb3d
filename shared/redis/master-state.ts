/** What a master says of its replicas. */
export type MasterState = {
  /** Names the master from its promotion to its end; its successor has another one. */
  replid: string;
  /** Connected now, however far behind. */
  replicas: number;
  /** Times a replica has begun to follow it; only where `INFO stats` was asked. */
  syncs: number;
};

type Replied = [error: Error | null, reply: unknown] | undefined;

/** Reads the replies to `INFO replication` and `INFO stats`. Undefined when it is no master, or does not say. */
export function parseInfo(replication: Replied, stats?: Replied): MasterState | undefined {
  if (!replication || replication[0]) return undefined;
  const text = String(replication[1]);
  const replid = /^master_replid:(\w+)/m.exec(text)?.[1];
  if (replid === undefined || !/^role:master\b/m.test(text)) return undefined;
  const counted = !stats || stats[0] ? '' : String(stats[1]);
  const number = (of: string, name: string) =>
    Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(of)?.[1] ?? NaN);
  return {
    replid,
    replicas: number(text, 'connected_slaves'),
    syncs: number(counted, 'sync_full') + number(counted, 'sync_partial_ok'),
  };
}
