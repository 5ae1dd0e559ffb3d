import { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import { EC2Client } from '@aws-sdk/client-ec2';
import { ElastiCacheClient } from '@aws-sdk/client-elasticache';
import { RDSClient } from '@aws-sdk/client-rds';
import { SchedulerClient } from '@aws-sdk/client-scheduler';
import type { Log } from '../../shared/tier/log.ts';
import { planAutoScalingGroups } from './auto-scaling-groups.ts';
import type { Plan } from './change.ts';
import { planDbReplicas } from './db-replicas.ts';
import { planInstances } from './instances.ts';
import { planReplicationGroups } from './replication-groups.ts';
import { scaleEvent, type ScaleEvent } from './scale-event.ts';
import type { ScaleSettings } from './settings.ts';
import { dropsThatNeedCapacity } from './windows.ts';

export type ScaleAnswer = Pick<ScaleEvent, 'direction' | 'dropId' | 'dryRun'> & {
  /** What was changed, or would be in a dry run. */
  changes: string[];
  /** Why nothing was changed, if that was decided without reading the sizes. */
  because?: string;
};

export type Scale = (event: unknown) => Promise<ScaleAnswer>;

/** Region and URL of AWS, if not those of the environment. */
export type AwsPlace = { region?: string; endpoint?: string };

export type ScaleDeps = { settings: ScaleSettings; log: Log; aws?: AwsPlace; now?: () => number };

/**
 * Brings the resources to the size of a drop, or back to that of rest. It reads the sizes first and changes what
 * differs, so it is safe to repeat. A failure does not keep the other changes back.
 * @throws Error that names everything that failed, after all else is done: AWS then calls the lambda again
 */
export function createScale({ settings, log, aws = {}, now = Date.now }: ScaleDeps): Scale {
  const clients = createClients(aws);

  return async (input) => {
    const event = scaleEvent.parse(input);
    const { direction, dropId } = event;
    const dryRun = event.dryRun || settings.DRY_RUN;
    const answer = (changes: string[], because?: string): ScaleAnswer => {
      const result = { direction, dropId, dryRun, changes, ...(because !== undefined && { because }) };
      log.info(result, dryRun ? 'would scale' : 'scaled');
      return result;
    };

    const because = await reasonToStay(event);
    if (because !== undefined) return answer([], because);

    const { changes, faults } = await planAll(event);
    const done: string[] = [];
    for (const { description, apply } of changes) {
      try {
        if (!dryRun) await apply();
        done.push(description);
      } catch (error) {
        faults.push(new Error(`${description}: ${(error as Error).message}`, { cause: error }));
      }
    }
    const result = answer(done);
    if (faults.length === 0) return result;
    for (const fault of faults) log.error({ err: fault, direction, dropId }, 'not scaled');
    // AWS keeps only the message of an error.
    throw new AggregateError(
      faults,
      `not everything was scaled ${direction}: ${faults.map(({ message }) => message).join('; ')}`,
    );
  };

  async function reasonToStay(event: ScaleEvent): Promise<string | undefined> {
    if (event.direction === 'up')
      return event.window && Date.parse(event.window.until) <= now() ? 'the window is over' : undefined;
    const needed = await dropsThatNeedCapacity(clients.scheduler, settings.SCHEDULE_GROUP, event, now());
    return needed.length > 0 ? `needed by drop ${needed.join(', ')}` : undefined;
  }

  async function planAll({ direction }: ScaleEvent): Promise<Plan> {
    const { EC2_TAG, AUTO_SCALING_GROUPS, REPLICATION_GROUPS, DB_REPLICAS } = settings;
    // The slowest first.
    const parts = {
      'replication groups': planReplicationGroups(clients.elastiCache, REPLICATION_GROUPS, direction),
      'database replicas': planDbReplicas(clients.rds, DB_REPLICAS, direction),
      instances: planInstances(clients.ec2, EC2_TAG, direction),
      'auto scaling groups': planAutoScalingGroups(clients.autoScaling, AUTO_SCALING_GROUPS, direction),
    };
    const plans = await Promise.allSettled(Object.values(parts));
    const all: Plan = { changes: [], faults: [] };
    for (const [index, what] of Object.keys(parts).entries()) {
      const plan = plans[index]!;
      if (plan.status === 'fulfilled') {
        all.changes.push(...plan.value.changes);
        all.faults.push(...plan.value.faults);
      } else {
        const { message } = plan.reason as Error;
        all.faults.push(new Error(`${what}: ${message}`, { cause: plan.reason }));
      }
    }
    return all;
  }
}

function createClients(aws: AwsPlace) {
  const options = {
    ...aws,
    maxAttempts: 3,
    requestHandler: { connectionTimeout: 2_000, requestTimeout: 10_000 },
  };
  return {
    autoScaling: new AutoScalingClient(options),
    ec2: new EC2Client(options),
    elastiCache: new ElastiCacheClient(options),
    rds: new RDSClient(options),
    scheduler: new SchedulerClient(options),
  };
}
