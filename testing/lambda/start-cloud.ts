/** The scalable resources of a system in AWS, at rest, in moto. */
import {
  AutoScalingClient,
  CreateAutoScalingGroupCommand,
  CreateLaunchConfigurationCommand,
  DescribeAutoScalingGroupsCommand,
} from '@aws-sdk/client-auto-scaling';
import {
  DescribeInstancesCommand,
  EC2Client,
  RunInstancesCommand,
  StopInstancesCommand,
} from '@aws-sdk/client-ec2';
import {
  CreateReplicationGroupCommand,
  DescribeReplicationGroupsCommand,
  ElastiCacheClient,
} from '@aws-sdk/client-elasticache';
import {
  CreateDBInstanceCommand,
  CreateDBInstanceReadReplicaCommand,
  DescribeDBInstancesCommand,
  RDSClient,
} from '@aws-sdk/client-rds';
import { CreateScheduleGroupCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import { startMoto } from '../../local/tools/moto.ts';

export const region = 'eu-central-1';
export const group = 'seatdrop';

/** Settings of the lambda `scale` for these resources. */
export const scaleEnv = {
  SCHEDULE_GROUP: group,
  EC2_TAG: 'seatdrop-runs=at-sales',
  AUTO_SCALING_GROUPS: 'publisher=1:6,general=1:3',
  REPLICATION_GROUPS: 'seatdrop=cache.m7g.large:cache.m7g.2xlarge',
  DB_REPLICAS: 'seatdrop-replica=db.m7g.large:db.m7g.2xlarge',
};

export type Cloud = Awaited<ReturnType<typeof startCloud>>;

/** State of the resources: states of the tagged instances and of another one, sizes of groups, types of servers. */
export type Standing = Awaited<ReturnType<Cloud['standing']>>;

export const atRest: Standing = {
  instances: ['stopped', 'stopped'],
  otherInstance: 'running',
  groups: { publisher: [1, 1], general: [1, 1] },
  redis: 'cache.m7g.large',
  replica: 'db.m7g.large',
};
export const duringDrop: Standing = {
  instances: ['running', 'running'],
  otherInstance: 'running',
  groups: { publisher: [6, 6], general: [3, 3] },
  redis: 'cache.m7g.2xlarge',
  replica: 'db.m7g.2xlarge',
};

/** Creates the resources in a new moto, or in a running one after resetting it. */
export async function startCloud(motoUrl?: string) {
  // moto accepts any credentials, but the client needs some to sign with.
  process.env['AWS_ACCESS_KEY_ID'] = 'test';
  process.env['AWS_SECRET_ACCESS_KEY'] = 'test';
  const own = motoUrl === undefined ? await startMoto() : undefined;
  const endpoint = motoUrl ?? own?.url ?? '';
  await fetch(`${endpoint}/moto-api/reset`, { method: 'POST' });
  const aws = { region, endpoint };
  const ec2 = new EC2Client(aws);
  const autoScaling = new AutoScalingClient(aws);
  const elastiCache = new ElastiCacheClient(aws);
  const rds = new RDSClient(aws);
  const scheduler = new SchedulerClient(aws);

  await scheduler.send(new CreateScheduleGroupCommand({ Name: group }));
  const tagged = await runInstances(2, 'at-sales');
  await runInstances(1, 'always');
  await ec2.send(new StopInstancesCommand({ InstanceIds: tagged }));
  await autoScaling.send(
    new CreateLaunchConfigurationCommand({
      LaunchConfigurationName: 'tier',
      ImageId: image,
      InstanceType: 'c7g.large',
    }),
  );
  for (const AutoScalingGroupName of ['publisher', 'general'])
    await autoScaling.send(
      new CreateAutoScalingGroupCommand({
        AutoScalingGroupName,
        LaunchConfigurationName: 'tier',
        AvailabilityZones: [`${region}a`],
        MinSize: 1,
        MaxSize: 4,
        DesiredCapacity: 1,
      }),
    );
  await elastiCache.send(
    new CreateReplicationGroupCommand({
      ReplicationGroupId: 'seatdrop',
      ReplicationGroupDescription: 'seats',
      Engine: 'valkey',
      CacheNodeType: 'cache.m7g.large',
      NumNodeGroups: 3,
      ReplicasPerNodeGroup: 1,
      AutomaticFailoverEnabled: true,
    }),
  );
  await rds.send(
    new CreateDBInstanceCommand({
      DBInstanceIdentifier: 'seatdrop-primary',
      DBInstanceClass: 'db.m7g.large',
      Engine: 'mysql',
      AllocatedStorage: 20,
      MasterUsername: 'admin',
      MasterUserPassword: 'a-password',
    }),
  );
  await rds.send(
    new CreateDBInstanceReadReplicaCommand({
      DBInstanceIdentifier: 'seatdrop-replica',
      SourceDBInstanceIdentifier: 'seatdrop-primary',
      DBInstanceClass: 'db.m7g.large',
    }),
  );

  return {
    aws,
    clients: { ec2, autoScaling, elastiCache, rds, scheduler },
    taggedInstances: tagged,
    async standing() {
      const { AutoScalingGroups = [] } = await autoScaling.send(new DescribeAutoScalingGroupsCommand({}));
      const { ReplicationGroups = [] } = await elastiCache.send(new DescribeReplicationGroupsCommand({}));
      const { DBInstances = [] } = await rds.send(
        new DescribeDBInstancesCommand({ DBInstanceIdentifier: 'seatdrop-replica' }),
      );
      return {
        instances: await statesOf('at-sales'),
        otherInstance: (await statesOf('always'))[0],
        /** Minimum size and desired capacity. */
        groups: Object.fromEntries(
          AutoScalingGroups.map((each) => [each.AutoScalingGroupName, [each.MinSize, each.DesiredCapacity]]),
        ),
        redis: ReplicationGroups[0]?.CacheNodeType,
        replica: DBInstances[0]?.DBInstanceClass,
      };
    },
    async stop() {
      for (const client of [ec2, autoScaling, elastiCache, rds, scheduler]) client.destroy();
      await own?.stop();
    },
  };

  async function runInstances(count: number, runs: string): Promise<string[]> {
    const { Instances = [] } = await ec2.send(
      new RunInstancesCommand({
        ImageId: image,
        MinCount: count,
        MaxCount: count,
        TagSpecifications: [{ ResourceType: 'instance', Tags: [{ Key: 'seatdrop-runs', Value: runs }] }],
      }),
    );
    return Instances.map(({ InstanceId = '' }) => InstanceId);
  }

  async function statesOf(runs: string): Promise<(string | undefined)[]> {
    const Filters = [{ Name: 'tag:seatdrop-runs', Values: [runs] }];
    const { Reservations = [] } = await ec2.send(new DescribeInstancesCommand({ Filters }));
    return Reservations.flatMap(({ Instances = [] }) => Instances.map(({ State }) => State?.Name));
  }
}

/** An image id that moto knows. */
const image = 'ami-12c6146b';
