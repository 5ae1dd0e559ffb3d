import { setTimeout as sleep } from 'node:timers/promises';
import request from 'supertest';
import type { Drop } from '../shared/drops/drop.ts';
import type { Place } from '../shared/inventory/keys.ts';
import { partitionOfBuyer } from '../shared/inventory/layout.ts';
import { captureLog } from '../testing/captured-log.ts';
import { eventually } from '../testing/eventually.ts';
import { watchLapsedBuyers } from './lapsed-buyers.ts';
import { createPublisherSystem, type PublisherSystem } from '../testing/publisher/publisher-system.ts';

let system: PublisherSystem;
beforeAll(async () => (system = await createPublisherSystem()));
afterAll(() => system.stop());
afterEach(() => jest.restoreAllMocks());

type User = Awaited<ReturnType<PublisherSystem['user']>>;

const placeOf = (drop: Drop, buyerId: number): Place => ({
  dropId: drop.id,
  partition: partitionOfBuyer(buyerId, drop.partitions),
});

/** Lets a hold of this buyer lapse. Returns until when Redis refuses entries of the buyer. */
async function lapse(drop: Drop, buyerId: number): Promise<number> {
  const place = placeOf(drop, buyerId);
  const { holdId } = await system.testInventory.hold(place, buyerId);
  await system.testInventory.letLapse(place, holdId);
  const released = await system.testInventory.inventory.release(place, holdId);
  if (released.kind !== 'released' || released.refusedUntil === undefined) throw new Error(released.kind);
  return released.refusedUntil;
}

const post = (drop: Drop, user: User) =>
  request(system.url).post(`/api/drops/${drop.id}/entries`).set(user.bearer);
const enter = (drop: Drop, user: User) => post(drop, user).send(system.entry(drop, user.id));
/** Sends the body in chunks. */
const enterInChunks = (drop: Drop, user: User) => {
  const sent = post(drop, user).set('content-type', 'application/json');
  sent.write(JSON.stringify(system.entry(drop, user.id)));
  return sent;
};
/** Posts entries with a wrong answer, so that nothing is queued, until the publisher knows the lapse. */
const untilKnown = (drop: Drop, user: User) =>
  eventually(async () => {
    const { status } = await post(drop, user).send({ ...system.entry(drop, user.id), answer: 'no' });
    return status === 429;
  });

test('is told when to come again, and then gets seats like anybody', async () => {
  const drop = await system.createDrop({ lapsePauseSeconds: 4 });
  const other = await system.createDrop({ lapsePauseSeconds: 4 });
  const [user, stranger] = [await system.user(), await system.user()];
  await lapse(drop, user.id);
  await untilKnown(drop, user);

  const [whole, chunked] = [await enter(drop, user), await enterInChunks(drop, user)];
  for (const { status, body, headers } of [whole, chunked]) {
    expect(status).toBe(429);
    expect(headers['content-type']).toBe('application/problem+json');
    expect(body).toMatchObject({
      type: 'urn:seatdrop:problem:hold_lapsed',
      status: 429,
      code: 'hold_lapsed',
      retryAt: expect.stringMatching(/^\d{4}-.*Z$/),
    });
    expect(['1', '2', '3', '4']).toContain(headers['retry-after']);
  }
  expect((await enter(drop, stranger)).status).toBe(202);
  expect((await enter(other, user)).status).toBe(202);

  await sleep(Number(chunked.headers['retry-after']) * 1000);
  expect((await enter(drop, user)).status).toBe(202);
  expect(await system.testInventory.decide(placeOf(drop, user.id), `${user.id}:1`)).toEqual([
    expect.stringMatching(/^held/),
  ]);
  await system.queued();
});

test('the second time it is twice as long, in whatever partition', async () => {
  const drop = await system.createDrop({
    partitions: 2,
    lapsePauseSeconds: 100,
    sections: [{ name: 'Stalls', rows: 2, seatsPerRow: 5 }],
  });
  for (const user of [await system.user(), await system.user()]) {
    await lapse(drop, user.id);
    await untilKnown(drop, user);
    expect(Number((await enter(drop, user)).headers['retry-after'])).toBeLessThanOrEqual(100);
    await system.testInventory.endPause(placeOf(drop, user.id), user.id);
    await lapse(drop, user.id);
    await eventually(async () => Number((await enter(drop, user)).headers['retry-after']) > 100);
  }
  expect((await system.queued()).entries).toEqual([]);
});

test('a publisher that has just started learns of all of them, and its own clock does not count', async () => {
  const drop = await system.createDrop({ lapsePauseSeconds: 600 });
  const users = await Promise.all(Array.from({ length: 5 }, () => system.user()));
  const untils: number[] = [];
  for (const { id } of users) untils.push(await lapse(drop, id));
  const { log } = captureLog();
  // The clock is wrong by an hour.
  const before = Date.now();
  jest.spyOn(Date, 'now').mockReturnValue(before + 3_600_000);
  let open = [drop];
  const fresh = watchLapsedBuyers({ list: () => open }, system.testInventory.inventory, log);
  try {
    for (const [index, { id }] of users.entries()) {
      const msLeft = await eventually(() => {
        const left = fresh.msLeft(drop.id, id);
        return left > 0 && left;
      });
      expect(msLeft).toBeLessThanOrEqual(untils[index]! - before + 1_000);
    }
    expect(fresh.msLeft(drop.id, users[0]!.id + 1_000)).toBe(0);
    // The lapses of a drop that is over are forgotten.
    open = [];
    await eventually(() => users.every(({ id }) => fresh.msLeft(drop.id, id) === 0));
  } finally {
    await fresh.stop();
  }
});

test('one partition that does not answer keeps nobody from hearing of the others', async () => {
  const drop = await system.createDrop({
    partitions: 2,
    lapsePauseSeconds: 600,
    sections: [{ name: 'Stalls', rows: 2, seatsPerRow: 5 }],
  });
  const user = await system.user();
  await lapse(drop, user.id);
  const away = 1 - partitionOfBuyer(user.id, 2);
  const { log, lines } = captureLog();
  const watched = watchLapsedBuyers(
    { list: () => [drop] },
    {
      ...system.testInventory.inventory,
      lapses: (place, ...rest) =>
        place.partition === away
          ? Promise.reject(new Error('CLUSTERDOWN'))
          : system.testInventory.inventory.lapses(place, ...rest),
    },
    log,
  );
  try {
    await eventually(() => watched.msLeft(drop.id, user.id) > 0);
    await eventually(() => lines.some(({ msg }) => msg === 'left for later'));
    expect(watched.msLeft(drop.id, user.id)).toBeGreaterThan(0);
  } finally {
    await watched.stop();
  }
});
