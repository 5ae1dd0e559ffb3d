import { TerminateInstancesCommand } from '@aws-sdk/client-ec2';
import { DeleteDBInstanceCommand } from '@aws-sdk/client-rds';
import { UpdateAutoScalingGroupCommand } from '@aws-sdk/client-auto-scaling';
import { startMoto } from '../../local/tools/moto.ts';
import { captureLog } from '../../testing/captured-log.ts';
import { atRest, duringDrop, scaleEnv, startCloud, type Cloud } from '../../testing/lambda/start-cloud.ts';
import { createScale } from './handler.ts';
import { scaleSettings } from './settings.ts';

// moto carries out every request at once: no server is ever `modifying` or `pending`, so what the lambda does with a
// server that is changing ("it is modifying") is not tested here.

let moto: Awaited<ReturnType<typeof startMoto>>;
let cloud: Cloud;
beforeAll(async () => {
  moto = await startMoto();
}, 120_000);
afterAll(() => moto.stop());
beforeEach(async () => {
  cloud = await startCloud(moto.url);
});
afterEach(() => cloud.stop());

const { log, lines } = captureLog();
const scaleWith = (env: Record<string, string> = {}) =>
  createScale({ settings: scaleSettings.parse({ ...scaleEnv, ...env }), log, aws: cloud.aws });
const up = { direction: 'up', dropId: 7 };
const down = { direction: 'down', dropId: 7 };

test('up brings all of it to the size of a drop, down back to rest, and nothing else is touched', async () => {
  const scale = scaleWith();
  expect(await cloud.standing()).toEqual(atRest);
  const answer = await scale(up);
  expect(answer).toMatchObject({ direction: 'up', dropId: 7, dryRun: false });
  expect(answer.changes).toEqual([
    'change replication group seatdrop from cache.m7g.large to cache.m7g.2xlarge',
    'change database replica seatdrop-replica from db.m7g.large to db.m7g.2xlarge',
    ...cloud.taggedInstances.map((id) => `start instance ${id}`),
    'scale auto scaling group publisher from 1 to 6, at least 6',
    'scale auto scaling group general from 1 to 3, at least 3',
  ]);
  expect(await cloud.standing()).toEqual(duringDrop);
  expect((await scale(down)).changes).toHaveLength(6);
  expect(await cloud.standing()).toEqual(atRest);
});

test('what is as it should be is left alone, however often it is said', async () => {
  const scale = scaleWith();
  expect((await scale(down)).changes).toEqual([]);
  await scale(up);
  expect((await scale(up)).changes).toEqual([]);
  expect(await cloud.standing()).toEqual(duringDrop);
});

test.each([
  ['by the lambda’s own setting', { DRY_RUN: 'true' }, {}],
  ['by the event', {}, { dryRun: true }],
])('a dry run, %s, says what it would do and changes nothing', async (_, env, event) => {
  const answer = await scaleWith(env)({ ...up, ...event });
  expect(answer).toMatchObject({ dryRun: true });
  expect(answer.changes).toHaveLength(6);
  expect(lines.at(-1)).toMatchObject({ msg: 'would scale', changes: answer.changes });
  expect(await cloud.standing()).toEqual(atRest);
});

test('what fails keeps back nothing else, and is named, so that AWS calls again', async () => {
  const { rds, ec2 } = cloud.clients;
  await rds.send(
    new DeleteDBInstanceCommand({ DBInstanceIdentifier: 'seatdrop-replica', SkipFinalSnapshot: true }),
  );
  const [gone = '', there = ''] = cloud.taggedInstances;
  await ec2.send(new TerminateInstancesCommand({ InstanceIds: [gone] }));
  const scale = scaleWith({ AUTO_SCALING_GROUPS: 'publisher=1:6,nobody=1:2' });
  await expect(scale(up)).rejects.toThrow(
    /^not everything was scaled up: database replica seatdrop-replica: .*; auto scaling group nobody does not exist$/,
  );
  expect(lines.findLast(({ msg }) => msg === 'scaled')).toMatchObject({
    changes: [
      'change replication group seatdrop from cache.m7g.large to cache.m7g.2xlarge',
      `start instance ${there}`,
      'scale auto scaling group publisher from 1 to 6, at least 6',
    ],
  });
  // When called again, it fails only at the one that is left.
  await expect(scale(up)).rejects.toThrow('nobody');
  expect(lines.findLast(({ msg }) => msg === 'scaled')).toMatchObject({ changes: [] });
});

test('a primary is not changed, though it is named', async () => {
  const scale = scaleWith({ DB_REPLICAS: 'seatdrop-primary=db.m7g.large:db.m7g.2xlarge' });
  await expect(scale(up)).rejects.toThrow('database replica seatdrop-primary: it is not a read replica');
});

test('a group keeps what its own policies have given it', async () => {
  const { autoScaling } = cloud.clients;
  const set = (DesiredCapacity: number) =>
    autoScaling.send(new UpdateAutoScalingGroupCommand({ AutoScalingGroupName: 'general', DesiredCapacity }));
  await set(4);
  expect((await scaleWith()(down)).changes).toEqual([]);
  await scaleWith()(up);
  expect((await cloud.standing()).groups).toMatchObject({ general: [3, 4] });
});

test('AWS away: all of it is named, and nothing is taken for done', async () => {
  const settings = scaleSettings.parse(scaleEnv);
  const scale = createScale({ settings, log, aws: { ...cloud.aws, endpoint: 'http://127.0.0.1:1' } });
  await expect(scale(up)).rejects.toThrow(
    /replication group seatdrop.*database replica.*instances: .*auto scaling groups: /,
  );
  await expect(scale(down)).rejects.toThrow();
});

test('an event that is none changes nothing', async () => {
  for (const event of [{}, { direction: 'sideways', dropId: 7 }, { direction: 'down' }])
    await expect(scaleWith()(event)).rejects.toThrow();
  expect(await cloud.standing()).toEqual(atRest);
});
