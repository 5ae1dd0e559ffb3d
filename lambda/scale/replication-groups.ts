import {
  DescribeReplicationGroupsCommand,
  ModifyReplicationGroupCommand,
  type ElastiCacheClient,
} from '@aws-sdk/client-elasticache';
import { wantedOf, type Direction, type Pair, type Plan } from './change.ts';

/** Scales Redis by node type, online. Why not by replicas or shards: docs/decisions/024. */
export async function planReplicationGroups(
  client: ElastiCacheClient,
  groups: readonly Pair<string>[],
  direction: Direction,
): Promise<Plan> {
  const plan: Plan = { changes: [], faults: [] };
  for (const pair of groups) {
    const ReplicationGroupId = pair.name;
    const wanted = wantedOf(pair, direction);
    try {
      const { ReplicationGroups: [group] = [] } = await client.send(
        new DescribeReplicationGroupsCommand({ ReplicationGroupId }),
      );
      const { CacheNodeType = 'unknown', Status = 'unknown' } = group ?? {};
      // While it changes, AWS does not say to which type, and accepts no second change.
      if (Status !== 'available') throw new Error(`it is ${Status}`);
      if (CacheNodeType === wanted) continue;
      plan.changes.push({
        description: `change replication group ${pair.name} from ${CacheNodeType} to ${wanted}`,
        apply: () =>
          client.send(
            new ModifyReplicationGroupCommand({
              ReplicationGroupId,
              CacheNodeType: wanted,
              ApplyImmediately: true,
            }),
          ),
      });
    } catch (error) {
      plan.faults.push(
        new Error(`replication group ${pair.name}: ${(error as Error).message}`, { cause: error }),
      );
    }
  }
  return plan;
}
