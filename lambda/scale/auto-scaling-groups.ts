import {
  paginateDescribeAutoScalingGroups,
  UpdateAutoScalingGroupCommand,
  type AutoScalingClient,
  type AutoScalingGroup,
} from '@aws-sdk/client-auto-scaling';
import { wantedOf, type Direction, type Pair, type Plan } from './change.ts';

/**
 * The minimum size distinguishes rest from a drop. It is raised together with the desired capacity, so that a scaling
 * policy does not remove servers before the opening because they are not busy yet. On the way down, a group whose
 * minimum size is that of rest is left alone, since its own policies added whatever it has beyond it. A maximum size
 * that is too small is raised and stays so.
 */
export async function planAutoScalingGroups(
  client: AutoScalingClient,
  groups: readonly Pair<number>[],
  direction: Direction,
): Promise<Plan> {
  const plan: Plan = { changes: [], faults: [] };
  // Without names, AWS would describe all groups.
  if (groups.length === 0) return plan;
  const found = new Map<string, AutoScalingGroup>();
  const AutoScalingGroupNames = groups.map(({ name }) => name);
  for await (const page of paginateDescribeAutoScalingGroups({ client }, { AutoScalingGroupNames }))
    for (const group of page.AutoScalingGroups ?? []) found.set(group.AutoScalingGroupName ?? '', group);

  for (const pair of groups) {
    const { name } = pair;
    const group = found.get(name);
    if (!group) {
      plan.faults.push(new Error(`auto scaling group ${name} does not exist`));
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
      description: `scale auto scaling group ${name} from ${DesiredCapacity} to ${to.DesiredCapacity}, at least ${wanted}`,
      apply: () => client.send(new UpdateAutoScalingGroupCommand({ AutoScalingGroupName: name, ...to })),
    });
  }
  return plan;
}
