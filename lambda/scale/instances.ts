import {
  paginateDescribeInstances,
  StartInstancesCommand,
  StopInstancesCommand,
  type EC2Client,
} from '@aws-sdk/client-ec2';
import type { Direction, Plan } from './change.ts';

/** Starts or stops the instances with a tag, each by itself: one for which AWS has no room keeps back no other. */
export async function planInstances(
  client: EC2Client,
  tag: { name: string; value: string } | undefined,
  direction: Direction,
): Promise<Plan> {
  const plan: Plan = { changes: [], faults: [] };
  if (!tag) return plan;
  const Filters = [{ Name: `tag:${tag.name}`, Values: [tag.value] }];
  for await (const { Reservations = [] } of paginateDescribeInstances({ client }, { Filters }))
    for (const { Instances = [] } of Reservations)
      for (const { InstanceId = '', State } of Instances) look(InstanceId, State?.Name);
  return plan;

  function look(id: string, state = 'in no known state'): void {
    const InstanceIds = [id];
    if (direction === 'up' && state === 'stopped')
      plan.changes.push({
        does: `start instance ${id}`,
        apply: () => client.send(new StartInstancesCommand({ InstanceIds })),
      });
    else if (direction === 'down' && state === 'running')
      plan.changes.push({
        does: `stop instance ${id}`,
        apply: () => client.send(new StopInstancesCommand({ InstanceIds })),
      });
    // On its way to the opposite: only once it is there can it be turned round.
    else if (state === (direction === 'up' ? 'stopping' : 'pending'))
      plan.faults.push(new Error(`instance ${id} is ${state}`));
  }
}
