import request from 'supertest';
import { createMetrics } from '../../shared/tier/metrics.ts';
import { eventually } from '../../testing/eventually.ts';
import { startMoto } from '../../local/tools/moto.ts';
import { playScheduler, type KeptSchedule } from '../../testing/general/play-scheduler.ts';
import { createDrop, inSeconds } from '../../testing/general/new-drop.ts';
import { startGeneralSystem, type GeneralSystem } from '../../testing/general/general-system.ts';
import { scheduleDrops, startScheduling, type ScheduleDeps } from '../duties/schedule-drops.ts';
import { createScheduleMetrics } from '../schedules/schedule-metrics.ts';
import { createScheduler, type Scheduler } from '../schedules/scheduler.ts';

const minute = 60_000;
const hour = 60 * minute;
const upBeforeMs = hour;
/** Time from the closing of a drop with holds of five minutes until capacity goes down. */
const untilDown = (10 + 5 + 15) * minute;
const region = 'eu-central-1';
const group = 'seatdrop';

let moto: Awaited<ReturnType<typeof startMoto>>;
let system: GeneralSystem;
let aws: ReturnType<typeof playScheduler>;
let scheduler: Scheduler;
let deps: ScheduleDeps;
beforeAll(async () => {
  process.env['AWS_ACCESS_KEY_ID'] = 'test';
  process.env['AWS_SECRET_ACCESS_KEY'] = 'test';
  [moto, system] = await Promise.all([startMoto(), startGeneralSystem()]);
  aws = playScheduler({ region, endpoint: moto.url }, group);
  await aws.create();
  scheduler = schedulerAt(moto.url);
  deps = { ...system.deps, scheduler, upBeforeMs };
}, 120_000);
afterAll(async () => {
  aws.close();
  scheduler.close();
  await system.stop();
  await moto.stop();
});
beforeEach(async () => {
  await system.db('drop_schedules').delete();
  await system.db('drops').update({ closes_at: new Date(0) });
  await aws.clear();
});

const schedulerAt = (endpoint: string) =>
  createScheduler({
    group,
    lambdaArn: `arn:aws:lambda:${region}:123456789012:function:scale`,
    roleArn: 'arn:aws:iam::123456789012:role/seatdrop-scheduler',
    region,
    endpoint,
  });
const away = () => schedulerAt('http://127.0.0.1:1');
const opening = 24 * 3600;
const newDrop = (opensIn = opening, closesIn = opensIn + 7200) =>
  createDrop(system, system.organizer, { opensAt: inSeconds(opensIn), closesAt: inSeconds(closesIn) });
const edit = (id: number, changes: object) =>
  request(system.app).patch(`/api/drops/${id}`).set(system.organizer.bearer).send(changes).expect(200);
const cancel = (id: number) =>
  request(system.app).post(`/api/drops/${id}/cancel`).set(system.organizer.bearer).expect(200);
const timesOf = async (id: number) => {
  const row = (await system.db('drops').where({ id }).first()) as { opens_at: Date; closes_at: Date };
  return { opensAt: row.opens_at.getTime(), closesAt: row.closes_at.getTime() };
};
/** Name without the id -> time. */
const timesIn = (list: KeptSchedule[], id: number) =>
  Object.fromEntries(list.map(({ name, at }) => [name.replace(`drop-${id}-`, ''), at]));
const wholeSecond = (time: number) => Math.ceil(time / 1_000) * 1_000;
const planned = async (id: number) => {
  const { opensAt, closesAt } = await timesOf(id);
  return { up: wholeSecond(opensAt - upBeforeMs), down: wholeSecond(closesAt + untilDown) };
};

test('a new drop gets one schedule up and one down, which delete themselves', async () => {
  const { id } = await newDrop();
  await scheduleDrops(deps);
  const list = await aws.list();
  expect(timesIn(list, id)).toEqual(await planned(id));
  const { opensAt, closesAt } = await timesOf(id);
  const window = {
    from: new Date(opensAt - upBeforeMs).toISOString(),
    until: new Date(closesAt + untilDown).toISOString(),
  };
  expect(list).toMatchObject([
    { afterwards: 'DELETE', event: { direction: 'up', dropId: id, window } },
    { afterwards: 'DELETE', event: { direction: 'down', dropId: id, window } },
  ]);
});

test('a drop that is moved takes its schedules with it, and one that is cancelled takes them away', async () => {
  const { id } = await newDrop();
  await scheduleDrops(deps);
  await edit(id, {
    opensAt: inSeconds(2 * opening),
    closesAt: inSeconds(3 * opening),
    holdSeconds: 300,
  });
  await scheduleDrops(deps);
  expect(timesIn(await aws.list(), id)).toEqual(await planned(id));
  const { down = 0 } = timesIn(await aws.list(), id);
  await edit(id, { holdSeconds: 600 });
  await scheduleDrops(deps);
  expect(timesIn(await aws.list(), id)).toMatchObject({ down: down + 5 * minute });
  await cancel(id);
  await scheduleDrops(deps);
  expect(await aws.list()).toEqual([]);
});

test('AWS away: drops are made, moved and cancelled all the same, and AWS comes to how they are then', async () => {
  const metrics = createMetrics('general');
  const behind = async () =>
    (await metrics.getSingleMetric('seatdrop_drops_not_scheduled')?.get())?.values[0]?.value;
  const told = createScheduleMetrics(metrics);
  const unreachable = { ...deps, scheduler: away() };
  const [kept, moved, cancelled] = [await newDrop(), await newDrop(), await newDrop()];
  await scheduleDrops(deps);
  await edit(moved.id, { closesAt: inSeconds(3 * opening) });
  await cancel(cancelled.id);
  const made = await newDrop();
  await expect(scheduleDrops(unreachable, told)).rejects.toThrow();
  expect(await behind()).toBe(3);
  await edit(made.id, { closesAt: inSeconds(4 * opening) });
  await scheduleDrops(deps, told);
  expect(await behind()).toBe(0);
  const list = await aws.list();
  expect(list).toHaveLength(6);
  for (const { id } of [kept, moved, made]) {
    const own = list.filter(({ event }) => event.dropId === id);
    expect(timesIn(own, id)).toEqual(await planned(id));
  }
});

test('the duty says once that AWS is away, goes on trying, and needs nobody when it is back', async () => {
  const { id } = await newDrop();
  const before = system.complaints().length;
  let reachable = false;
  const none = away();
  const flaky: Scheduler = {
    ...scheduler,
    put: (...args) => (reachable ? scheduler : none).put(...args),
  };
  let rounds = 0;
  const metrics = { behind: () => void (rounds += 1), putOff: () => {} };
  const duty = startScheduling({ ...deps, scheduler: flaky }, metrics, 10);
  try {
    await eventually(() => rounds >= 3);
    expect(system.complaints().slice(before)).toMatchObject([{ msg: 'duty failed', duty: 'schedule drops' }]);
    reachable = true;
    await eventually(async () => (await aws.list()).length === 2);
    expect(timesIn(await aws.list(), id)).toEqual(await planned(id));
  } finally {
    await duty.stop();
  }
});

test.each(['a first', 'a second'])(
  'killed after %s word to AWS and before MySQL knows: told again',
  async (which) => {
    const { id } = await newDrop();
    let words = 0;
    const dying: Scheduler = {
      ...scheduler,
      async put(...args) {
        await scheduler.put(...args);
        words += 1;
        if (words === (which === 'a first' ? 1 : 2)) throw new Error('killed');
      },
    };
    await expect(scheduleDrops({ ...deps, scheduler: dying })).rejects.toThrow('killed');
    expect(await aws.list()).toHaveLength(words);
    await edit(id, { closesAt: inSeconds(2 * opening) });
    await scheduleDrops(deps);
    expect(timesIn(await aws.list(), id)).toEqual(await planned(id));
  },
);

test('killed while it takes away the schedules of a cancelled drop: the rest goes, too', async () => {
  const { id } = await newDrop();
  await scheduleDrops(deps);
  await cancel(id);
  const dying: Scheduler = {
    ...scheduler,
    async remove(...args) {
      await scheduler.remove(...args);
      throw new Error('killed');
    },
  };
  await expect(scheduleDrops({ ...deps, scheduler: dying })).rejects.toThrow('killed');
  await scheduleDrops(deps);
  expect(await aws.list()).toEqual([]);
});

test('of two processes none tells AWS what was true before and leaves it at that', async () => {
  const { id } = await newDrop();
  const newer = Promise.withResolvers<void>();
  const olderIsDone = Promise.withResolvers<void>();
  // This one tells AWS of the edit, but records that only after the other one has told AWS the state before it.
  const second: Scheduler = {
    ...scheduler,
    async put(...args) {
      await scheduler.put(...args);
      newer.resolve();
      await olderIsDone.promise;
    },
  };
  let other: Promise<void> | undefined;
  const first: Scheduler = {
    ...scheduler,
    async put(...args) {
      if (!other) {
        await edit(id, { closesAt: inSeconds(2 * opening) });
        other = scheduleDrops({ ...deps, scheduler: second });
        await Promise.race([newer.promise, other]);
      }
      await scheduler.put(...args);
    },
  };
  await scheduleDrops({ ...deps, scheduler: first });
  olderIsDone.resolve();
  await other;
  await Promise.all([scheduleDrops(deps), scheduleDrops(deps)]);
  expect(timesIn(await aws.list(), id)).toEqual(await planned(id));
});

test('a drop that AWS refuses keeps back no other', async () => {
  const [first, second] = [await newDrop(opening), await newDrop(opening + 60)];
  const choosy: Scheduler = {
    ...scheduler,
    put: (id, schedule) => (id === first.id ? aws.refuse() : scheduler.put(id, schedule)),
  };
  await expect(scheduleDrops({ ...deps, scheduler: choosy })).rejects.toThrow('AWS refused');
  expect(timesIn(await aws.list(), second.id)).toEqual(await planned(second.id));
});

test('opening sooner than capacity needs to come up: it comes up at once, and once', async () => {
  const { id } = await newDrop(600);
  const now = Date.now();
  await scheduleDrops(deps, undefined, now);
  expect(timesIn(await aws.list(), id)).toMatchObject({ up: wholeSecond(now + minute) });
  await aws.letPass(now + 2 * minute, () => Promise.resolve());
  await scheduleDrops(deps, undefined, now + 2 * minute);
  await scheduleDrops(deps, undefined, now + 2 * hour);
  expect((await aws.list()).map(({ name }) => name)).toEqual([`drop-${id}-down`]);
});

test('a drop that is over is left alone', async () => {
  const { id } = await newDrop();
  const { closesAt } = await timesOf(id);
  await scheduleDrops(deps, undefined, closesAt + untilDown);
  expect(await aws.list()).toEqual([]);
  await scheduleDrops(deps);
  await aws.letPass(Infinity, () => Promise.resolve());
  await scheduleDrops(deps, undefined, closesAt + untilDown + minute);
  await cancel(id);
  await scheduleDrops(deps, undefined, closesAt + untilDown + minute);
  expect(await aws.list()).toEqual([]);
});

test('what somebody has removed at AWS is there again within the hour', async () => {
  const { id } = await newDrop();
  await scheduleDrops(deps);
  await aws.clear();
  await scheduleDrops(deps, undefined, Date.now() + hour + 1);
  expect(timesIn(await aws.list(), id)).toEqual(await planned(id));
});

test('capacity stays while somebody holds seats, also without Redis to ask, and goes when nobody does', async () => {
  const drop = await system.openDrop(2);
  await edit(drop.id, { closesAt: inSeconds(60) });
  const buyer = await system.user();
  await system.hold(drop, buyer);
  await scheduleDrops(deps);
  const { closesAt } = await timesOf(drop.id);
  const downOf = async () => timesIn(await aws.list(), drop.id)['down'] ?? 0;
  expect(await downOf()).toBe(wholeSecond(closesAt + untilDown));

  let now = closesAt + untilDown - 5 * minute;
  await scheduleDrops(deps, undefined, now);
  expect(await downOf()).toBe(wholeSecond(now + 20 * minute));
  now += 11 * minute;
  const noRedis = { counts: () => Promise.reject(new Error('Redis is away')) };
  await scheduleDrops({ ...deps, inventory: noRedis }, undefined, now);
  const last = await downOf();
  expect(last).toBe(wholeSecond(now + 20 * minute));

  await request(system.app).delete(`/api/drops/${drop.id}/entry`).set(buyer.bearer).expect(200);
  await scheduleDrops(deps, undefined, last - minute);
  expect(await downOf()).toBe(last);
});
