import { CreateScheduleCommand, DeleteScheduleCommand } from '@aws-sdk/client-scheduler';
import { captureLog } from '../../testing/captured-log.ts';
import {
  atRest,
  duringDrop,
  group,
  scaleEnv,
  startCloud,
  type Cloud,
} from '../../testing/lambda/start-cloud.ts';
import { createScale, type Scale } from './handler.ts';
import { scheduleName } from './scale-event.ts';
import { scaleSettings } from './settings.ts';

const hour = 3_600_000;
const noon = Date.parse('2030-06-01T12:00:00Z');
const iso = (time: number) => new Date(time).toISOString();
const windowOf = (from: number, until: number) => ({ from: iso(from), until: iso(until) });

let cloud: Cloud;
let now = noon;
let scale: Scale;
beforeAll(async () => {
  cloud = await startCloud();
  const settings = scaleSettings.parse(scaleEnv);
  scale = createScale({ settings, log: captureLog().log, aws: cloud.aws, now: () => now });
}, 120_000);
afterAll(() => cloud.stop());

const putDown = (dropId: number, window: { from: string; until: string }) =>
  cloud.clients.scheduler.send(
    new CreateScheduleCommand({
      GroupName: group,
      Name: scheduleName(dropId, 'down'),
      ScheduleExpression: `at(${window.until.slice(0, 19)})`,
      FlexibleTimeWindow: { Mode: 'OFF' },
      Target: {
        Arn: 'arn:aws:lambda:eu-central-1:123456789012:function:scale',
        RoleArn: 'arn:aws:iam::123456789012:role/scheduler',
        Input: JSON.stringify({ direction: 'down', dropId, window }),
      },
    }),
  );
const remove = (dropId: number) =>
  cloud.clients.scheduler.send(
    new DeleteScheduleCommand({ GroupName: group, Name: scheduleName(dropId, 'down') }),
  );

beforeEach(async () => {
  now = noon;
  await scale({ direction: 'up', dropId: 1 });
});

test.each([
  ['that is on', noon - hour, noon + hour],
  ['that comes up within the hour', noon + hour / 2, noon + 3 * hour],
])('a down does nothing while a drop %s needs the capacity', async (_, from, until) => {
  await putDown(2, windowOf(from, until));
  const down = { direction: 'down', dropId: 1, window: windowOf(noon - 2 * hour, noon) };
  expect(await scale(down)).toMatchObject({ changes: [], because: 'needed by drop 2' });
  expect(await cloud.standing()).toEqual(duringDrop);
  await remove(2);
  expect((await scale(down)).changes).toHaveLength(6);
  expect(await cloud.standing()).toEqual(atRest);
});

test('a drop of next week, and one whose own down is overdue, keep nothing up', async () => {
  await putDown(2, windowOf(noon + 7 * 24 * hour, noon + 8 * 24 * hour));
  await putDown(3, windowOf(noon - 5 * hour, noon - hour));
  const answer = await scale({
    direction: 'down',
    dropId: 1,
    window: windowOf(noon - 2 * hour, noon),
  });
  expect(answer.changes).toHaveLength(6);
  await Promise.all([remove(2), remove(3)]);
});

test('of two that end at the same time neither waits for the other, whoever’s clock is late', async () => {
  const window = windowOf(noon - hour, noon);
  await Promise.all([putDown(1, window), putDown(2, window)]);
  now = noon - 200;
  expect((await scale({ direction: 'down', dropId: 1, window })).changes).toHaveLength(6);
  await Promise.all([remove(1), remove(2)]);
});

test('the schedule of this very down does not count; one that was moved on meanwhile does', async () => {
  const window = windowOf(noon - hour, noon + hour);
  await putDown(1, window);
  const moved = { direction: 'down', dropId: 1, window: windowOf(noon - hour, noon) };
  expect(await scale(moved)).toMatchObject({ because: 'needed by drop 1' });
  expect((await scale({ direction: 'down', dropId: 1, window })).changes).toHaveLength(6);
  await remove(1);
});

test('more drops than AWS lists at once are all looked at', async () => {
  const later = windowOf(noon + 48 * hour, noon + 49 * hour);
  const ids = Array.from({ length: 120 }, (_, index) => 100 + index);
  // moto lists the newest first.
  await putDown(50, windowOf(noon - hour, noon + hour));
  for (const id of ids) await putDown(id, later);
  expect(await scale({ direction: 'down', dropId: 1 })).toMatchObject({ because: 'needed by drop 50' });
  await Promise.all([50, ...ids].map(remove));
});

test('where the schedules cannot be read nothing goes down', async () => {
  const settings = scaleSettings.parse({ ...scaleEnv, SCHEDULE_GROUP: 'seatdrop' });
  const blind = createScale({
    settings,
    log: captureLog().log,
    aws: { ...cloud.aws, endpoint: 'http://127.0.0.1:1' },
  });
  await expect(blind({ direction: 'down', dropId: 1 })).rejects.toThrow();
  expect(await cloud.standing()).toEqual(duringDrop);
});

test('an up that comes after its sale does nothing', async () => {
  await scale({ direction: 'down', dropId: 1 });
  const late = { direction: 'up', dropId: 1, window: windowOf(noon - 2 * hour, noon - hour) };
  expect(await scale(late)).toMatchObject({ changes: [], because: 'the window is over' });
  expect(await cloud.standing()).toEqual(atRest);
});
