import {
  paginateDescribeAutoScalingGroups,
  UpdateAutoScalingGroupCommand,
  type AutoScalingClient,
  type AutoScalingGroup,
} from '@aws-sdk/client-auto-scaling';
import { wantedOf, type Direction, type Pair, type Plan } from './change.ts';

/**
 * The least size is what tells rest from sale: raised with the desired capacity, it keeps a scaling policy from taking
 * away before the opening what is not busy yet. A group whose least size is that of rest is left alone on the way down,
 * for what it has beyond it its own policies have given it. A most size that is too small is raised, and stays so.
 */
export async function planAutoScalingGroups(
  client: AutoScalingClient,
  groups: readonly Pair<number>[],
  direction: Direction,
): Promise<Plan> {
  const plan: Plan = { changes: [], faults: [] };
  // Without names AWS would tell of all groups there are.
  if (groups.length === 0) return plan;
  const found = new Map<string, AutoScalingGroup>();
  const AutoScalingGroupNames = groups.map(({ name }) => name);
  for await (const page of paginateDescribeAutoScalingGroups({ client }, { AutoScalingGroupNames }))
    for (const group of page.AutoScalingGroups ?? []) found.set(group.AutoScalingGroupName ?? '', group);

  for (const pair of groups) {
    const { name } = pair;
    const group = found.get(name);
    if (!group) {
      plan.faults.push(new Error(`there is no auto scaling group ${name}`));
      continue;
    }
    const wanted = wantedOf(pair, direction);
    const { MinSize = 0, MaxSize = 0, DesiredCapacity = 0 } = group;
    if (direction === 'up' ? MinSize >= wanted : MinSize <= wanted) continue;
    const to = {
      MinSize: wanted,
      MaxSize: Math.max(MaxSize, wanted),
      DesiredCapacity: direction === 'up' ? Math.max(DesiredCapacity, wanted) : wanted,
    };
    plan.changes.push({
      does: `scale auto scaling group ${name} from ${DesiredCapacity} to ${to.DesiredCapacity}, at least ${wanted}`,
      apply: () => client.send(new UpdateAutoScalingGroupCommand({ AutoScalingGroupName: name, ...to })),
    });
  }
  return plan;
}
