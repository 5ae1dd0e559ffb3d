import request from 'supertest';
import { createScale, type Scale } from '../../lambda/scale/handler.ts';
import { scaleSettings } from '../../lambda/scale/settings.ts';
import {
  atRest,
  duringDrop,
  group,
  region,
  scaleEnv,
  startCloud,
  type Cloud,
} from '../../testing/lambda/start-cloud.ts';
import { startMoto } from '../../local/tools/moto.ts';
import { captureLog } from '../../testing/captured-log.ts';
import { playScheduler } from '../../testing/general/play-scheduler.ts';
import { createDrop } from '../../testing/general/new-drop.ts';
import { startGeneralSystem, type GeneralSystem } from '../../testing/general/general-system.ts';
import { scheduleDrops, type ScheduleDeps } from './schedule-drops.ts';
import { createScheduler } from '../schedules/scheduler.ts';

// From API calls through MySQL, schedules and the lambda to servers, with AWS replaced by moto. moto does not run
// schedules at their times: the test does that.

const minute = 60_000;
const hour = 60 * minute;
/** Time between closing and scaling down, with holds of five minutes. */
const untilDown = 30 * minute;
const start = Math.ceil(Date.now() / hour) * hour + 24 * hour;

let moto: Awaited<ReturnType<typeof startMoto>>;
let system: GeneralSystem;
let cloud: Cloud;
let aws: ReturnType<typeof playScheduler>;
let deps: ScheduleDeps;
let scale: Scale;
let now = start;

beforeAll(async () => {
  [moto, system] = await Promise.all([startMoto(), startGeneralSystem()]);
  const settings = scaleSettings.parse(scaleEnv);
  const place = { region, endpoint: moto.url };
  scale = createScale({ settings, log: captureLog().log, aws: place, now: () => now });
  aws = playScheduler(place, group);
  const scheduler = createScheduler({
    group,
    lambdaArn: `arn:aws:lambda:${region}:123456789012:function:scale`,
    roleArn: 'arn:aws:iam::123456789012:role/seatdrop-scheduler',
    ...place,
  });
  deps = { ...system.deps, scheduler, upBeforeMs: hour };
}, 120_000);
afterAll(async () => {
  aws.close();
  deps.scheduler.close();
  await moto.stop();
  await system.stop();
});
beforeEach(async () => {
  cloud = await startCloud(moto.url);
  await system.db('drop_schedules').delete();
  await system.db('drops').update({ closes_at: new Date(0) });
  now = start;
});
afterEach(() => cloud.stop());

/** A time, given in hours after the start. */
const at = (hours: number) => new Date(start + hours * hour).toISOString();
const drop = (opens: number, closes: number) =>
  createDrop(system, system.organizer, { opensAt: at(opens), closesAt: at(closes), holdSeconds: 300 });
const edit = (id: number, changes: object) =>
  request(system.app).patch(`/api/drops/${id}`).set(system.organizer.bearer).send(changes).expect(200);
const cancel = (id: number) =>
  request(system.app).post(`/api/drops/${id}/cancel`).set(system.organizer.bearer).expect(200);

/** Lets time pass, with AWS running schedules and the duty running on the way. Resolves to the capacity at the end. */
async function standingAt(hours: number) {
  const then = start + hours * hour;
  await scheduleDrops(deps, undefined, now);
  await aws.letPass(then, (event, time) => {
    now = Math.max(now, time);
    return scale(event);
  });
  now = then;
  await scheduleDrops(deps, undefined, now);
  return cloud.standing();
}

test('one drop: capacity is there before it opens, and goes after its last hold', async () => {
  await drop(4, 6);
  expect(await standingAt(2.9)).toEqual(atRest);
  expect(await standingAt(3.1)).toEqual(duringDrop);
  expect(await standingAt(6.4)).toEqual(duringDrop);
  expect(await standingAt(6 + untilDown / hour + 0.01)).toEqual(atRest);
  expect(await aws.list()).toEqual([]);
});

test('drops that overlap, touch or follow within the hour keep each other’s capacity', async () => {
  await drop(4, 6);
  await drop(5, 8);
  // Its capacity comes up half an hour after that of the previous drop has gone.
  await drop(10, 11);
  expect(await standingAt(6.6)).toEqual(duringDrop);
  expect(await standingAt(8.6)).toEqual(duringDrop);
  expect(await standingAt(11.4)).toEqual(duringDrop);
  expect(await standingAt(11.6)).toEqual(atRest);
});

test('called off after capacity came up: it goes, but not from under another drop', async () => {
  const first = await drop(4, 6);
  const second = await drop(4.2, 6);
  expect(await standingAt(3.5)).toEqual(duringDrop);
  await cancel(first.id);
  expect(await standingAt(3.6)).toEqual(duringDrop);
  await cancel(second.id);
  expect(await standingAt(3.7)).toEqual(atRest);
  expect(await aws.list()).toEqual([]);
});

test('moved away after capacity came up: it goes, and comes again', async () => {
  const { id } = await drop(4, 6);
  expect(await standingAt(3.5)).toEqual(duringDrop);
  await edit(id, { opensAt: at(48), closesAt: at(50) });
  expect(await standingAt(3.7)).toEqual(atRest);
  expect(await standingAt(46.9)).toEqual(atRest);
  expect(await standingAt(47.1)).toEqual(duringDrop);
  expect(await standingAt(50.6)).toEqual(atRest);
});

test('capacity that was left up for a drop goes when that one is called off before its own up', async () => {
  await drop(4, 6);
  const second = await drop(8, 9);
  expect(await standingAt(6.6)).toEqual(duringDrop);
  await cancel(second.id);
  expect(await standingAt(6.8)).toEqual(atRest);
});

test('a sale that is extended keeps its capacity, even when AWS hears of it only after it has taken it', async () => {
  const { id } = await drop(4, 6);
  await standingAt(5);
  await edit(id, { closesAt: at(7) });
  expect(await standingAt(6.6)).toEqual(duringDrop);
  await edit(id, { closesAt: at(9) });
  // The duty does not run meanwhile.
  await aws.letPass(start + 7.6 * hour, (event, time) => {
    now = time;
    return scale(event);
  });
  expect(await cloud.standing()).toEqual(atRest);
  now = start + 7.6 * hour;
  expect(await standingAt(7.7)).toEqual(duringDrop);
  expect(await standingAt(9.6)).toEqual(atRest);
});
