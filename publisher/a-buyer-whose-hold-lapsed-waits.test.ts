import { setTimeout as sleep } from 'node:timers/promises';
import request from 'supertest';
import type { Drop } from '../shared/drops/drop.ts';
import type { Place } from '../shared/inventory/keys.ts';
import { partitionOfBuyer } from '../shared/inventory/layout.ts';
import { captureLog } from '../testing/captured-log.ts';
import { eventually } from '../testing/eventually.ts';
import { watchLapsedBuyers } from './lapsed-buyers.ts';
import { createPublisherWorld, type PublisherWorld } from '../testing/publisher/publisher-world.ts';

let world: PublisherWorld;
beforeAll(async () => (world = await createPublisherWorld()));
afterAll(() => world.stop());
afterEach(() => jest.restoreAllMocks());

type User = Awaited<ReturnType<PublisherWorld['user']>>;

const placeOf = (drop: Drop, buyerId: number): Place => ({
  dropId: drop.id,
  partition: partitionOfBuyer(buyerId, drop.partitions),
});

/** Lets a hold of this buyer lapse. Returns until when Redis refuses entries of the buyer. */
async function lapse(drop: Drop, buyerId: number): Promise<number> {
  const place = placeOf(drop, buyerId);
  const { holdId } = await world.shop.hold(place, buyerId);
  await world.shop.letLapse(place, holdId);
  const released = await world.shop.inventory.release(place, holdId);
  if (released.kind !== 'released' || released.refusedUntil === undefined) throw new Error(released.kind);
  return released.refusedUntil;
}

const post = (drop: Drop, user: User) =>
  request(world.url).post(`/api/drops/${drop.id}/entries`).set(user.bearer);
const enter = (drop: Drop, user: User) => post(drop, user).send(world.entry(drop, user.id));
/** Sends the body in chunks. */
const enterInChunks = (drop: Drop, user: User) => {
  const sent = post(drop, user).set('content-type', 'application/json');
  sent.write(JSON.stringify(world.entry(drop, user.id)));
  return sent;
};
/** Posts entries with a wrong answer, so that nothing is queued, until the publisher knows the lapse. */
const untilKnown = (drop: Drop, user: User) =>
  eventually(async () => {
    const { status } = await post(drop, user).send({ ...world.entry(drop, user.id), answer: 'no' });
    return status === 429;
  });

test('is told when to come again, and then gets seats like anybody', async () => {
  const drop = await world.createDrop({ lapsePauseSeconds: 4 });
  const other = await world.createDrop({ lapsePauseSeconds: 4 });
  const [user, stranger] = [await world.user(), await world.user()];
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
  expect(await world.shop.decide(placeOf(drop, user.id), `${user.id}:1`)).toEqual([
    expect.stringMatching(/^held/),
  ]);
  await world.queued();
});

test('the second time it is twice as long, in whatever partition', async () => {
  const drop = await world.createDrop({
    partitions: 2,
    lapsePauseSeconds: 100,
    sections: [{ name: 'Stalls', rows: 2, seatsPerRow: 5 }],
  });
  for (const user of [await world.user(), await world.user()]) {
    await lapse(drop, user.id);
    await untilKnown(drop, user);
    expect(Number((await enter(drop, user)).headers['retry-after'])).toBeLessThanOrEqual(100);
    await world.shop.endPause(placeOf(drop, user.id), user.id);
    await lapse(drop, user.id);
    await eventually(async () => Number((await enter(drop, user)).headers['retry-after']) > 100);
  }
  expect((await world.queued()).entries).toEqual([]);
});

test('a publisher that has just started learns of all of them, and its own clock does not count', async () => {
  const drop = await world.createDrop({ lapsePauseSeconds: 600 });
  const users = await Promise.all(Array.from({ length: 5 }, () => world.user()));
  const untils: number[] = [];
  for (const { id } of users) untils.push(await lapse(drop, id));
  const { log } = captureLog();
  // The clock is wrong by an hour.
  const before = Date.now();
  jest.spyOn(Date, 'now').mockReturnValue(before + 3_600_000);
  let onSale = [drop];
  const fresh = watchLapsedBuyers({ onSale: () => onSale }, world.shop.inventory, log);
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
    onSale = [];
    await eventually(() => users.every(({ id }) => fresh.msLeft(drop.id, id) === 0));
  } finally {
    await fresh.stop();
  }
});

test('one partition that does not answer keeps nobody from hearing of the others', async () => {
  const drop = await world.createDrop({
    partitions: 2,
    lapsePauseSeconds: 600,
    sections: [{ name: 'Stalls', rows: 2, seatsPerRow: 5 }],
  });
  const user = await world.user();
  await lapse(drop, user.id);
  const away = 1 - partitionOfBuyer(user.id, 2);
  const { log, lines } = captureLog();
  const watched = watchLapsedBuyers(
    { onSale: () => [drop] },
    {
      ...world.shop.inventory,
      lapses: (place, ...rest) =>
        place.partition === away
          ? Promise.reject(new Error('CLUSTERDOWN'))
          : world.shop.inventory.lapses(place, ...rest),
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
