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
  /** What was done, or would be. */
  changes: string[];
  /** Why nothing was, where that was decided before looking. */
  because?: string;
};

export type Scale = (event: unknown) => Promise<ScaleAnswer>;

/** Where AWS is, if not where the environment says. */
export type AwsPlace = { region?: string; endpoint?: string };

export type ScaleDeps = { settings: ScaleSettings; log: Log; aws?: AwsPlace; now?: () => number };

/**
 * Brings what sales run on to the size of a sale, or back to that of rest. Looks first and changes what differs, so it is
 * safe to repeat. What fails keeps back nothing else.
 * @throws Error that names everything that failed, after all else is done: AWS then calls again
 */
export function createScale({ settings, log, aws = {}, now = Date.now }: ScaleDeps): Scale {
  const clients = createClients(aws);

  return async (input) => {
    const event = scaleEvent.parse(input);
    const { direction, dropId } = event;
    const dryRun = event.dryRun || settings.DRY_RUN;
    const answer = (changes: string[], because?: string): ScaleAnswer => {
      const said = { direction, dropId, dryRun, changes, ...(because !== undefined && { because }) };
      log.info(said, dryRun ? 'would scale' : 'scaled');
      return said;
    };

    const because = await reasonToStay(event);
    if (because !== undefined) return answer([], because);

    const { changes, faults } = await planAll(event);
    const done: string[] = [];
    for (const { does, apply } of changes) {
      try {
        if (!dryRun) await apply();
        done.push(does);
      } catch (error) {
        faults.push(new Error(`${does}: ${(error as Error).message}`, { cause: error }));
      }
    }
    const said = answer(done);
    if (faults.length === 0) return said;
    for (const fault of faults) log.error({ err: fault, direction, dropId }, 'not scaled');
    // AWS keeps of an error no more than its message.
    throw new AggregateError(
      faults,
      `not all is ${direction}: ${faults.map(({ message }) => message).join('; ')}`,
    );
  };

  async function reasonToStay(event: ScaleEvent): Promise<string | undefined> {
    if (event.direction === 'up')
      return event.window && Date.parse(event.window.until) <= now() ? 'the sale is over' : undefined;
    const needed = await dropsThatNeedCapacity(clients.scheduler, settings.SCHEDULE_GROUP, event, now());
    return needed.length > 0 ? `needed by drop ${needed.join(', ')}` : undefined;
  }

  async function planAll({ direction }: ScaleEvent): Promise<Plan> {
    const { EC2_TAG, AUTO_SCALING_GROUPS, REPLICATION_GROUPS, DB_REPLICAS } = settings;
    // In the order in which they take long.
    const parts = {
      'replication groups': planReplicationGroups(clients.elastiCache, REPLICATION_GROUPS, direction),
      'database replicas': planDbReplicas(clients.rds, DB_REPLICAS, direction),
      instances: planInstances(clients.ec2, EC2_TAG, direction),
      'auto scaling groups': planAutoScalingGroups(clients.autoScaling, AUTO_SCALING_GROUPS, direction),
    };
    const looks = await Promise.allSettled(Object.values(parts));
    const all: Plan = { changes: [], faults: [] };
    for (const [index, what] of Object.keys(parts).entries()) {
      const look = looks[index]!;
      if (look.status === 'fulfilled') {
        all.changes.push(...look.value.changes);
        all.faults.push(...look.value.faults);
      } else {
        const { message } = look.reason as Error;
        all.faults.push(new Error(`${what}: ${message}`, { cause: look.reason }));
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
