import {
  paginateDescribeInstances,
  StartInstancesCommand,
  StopInstancesCommand,
  type EC2Client,
} from '@aws-sdk/client-ec2';
import type { Direction, Plan } from './change.ts';

/**
 * Starts or stops the instances with a tag, each by itself, so that one for which AWS has no capacity does not keep
 * the others back.
 */
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
      for (const { InstanceId = '', State } of Instances) planInstance(InstanceId, State?.Name);
  return plan;

  function planInstance(id: string, state = 'in no known state'): void {
    const InstanceIds = [id];
    if (direction === 'up' && state === 'stopped')
      plan.changes.push({
        description: `start instance ${id}`,
        apply: () => client.send(new StartInstancesCommand({ InstanceIds })),
      });
    else if (direction === 'down' && state === 'running')
      plan.changes.push({
        description: `stop instance ${id}`,
        apply: () => client.send(new StopInstancesCommand({ InstanceIds })),
      });
    // It is still changing to the opposite state and can be turned round only after that.
    else if (state === (direction === 'up' ? 'stopping' : 'pending'))
      plan.faults.push(new Error(`instance ${id} is ${state}`));
  }
}
