import {
  DescribeReplicationGroupsCommand,
  ModifyReplicationGroupCommand,
  type ElastiCacheClient,
} from '@aws-sdk/client-elasticache';
import { planEach, type Direction, type Pair, type Plan } from './change.ts';

/** Scales Redis by node type, online. Why not by replicas or shards: docs/decisions/024. */
export function planReplicationGroups(
  client: ElastiCacheClient,
  pairs: readonly Pair<string>[],
  direction: Direction,
): Promise<Plan> {
  return planEach({ kind: 'replication group', pairs, direction }, async (name, wanted) => {
    const { ReplicationGroups: [group] = [] } = await client.send(
      new DescribeReplicationGroupsCommand({ ReplicationGroupId: name }),
    );
    const { CacheNodeType = 'unknown', Status = 'unknown' } = group ?? {};
    // While it changes, AWS does not say to which type, and accepts no second change.
    if (Status !== 'available') throw new Error(`it is ${Status}`);
    if (CacheNodeType === wanted) return undefined;
    const change = { ReplicationGroupId: name, CacheNodeType: wanted, ApplyImmediately: true };
    return {
      description: `change replication group ${name} from ${CacheNodeType} to ${wanted}`,
      apply: () => client.send(new ModifyReplicationGroupCommand(change)),
    };
  });
}
