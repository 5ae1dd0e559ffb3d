import { setTimeout as sleep } from 'node:timers/promises';
import { createInventory, type Inventory } from './inventory.ts';
import { isTransient } from '../redis/transient.ts';
import { createTestInventory, newBatch, type TestInventory } from '../../testing/inventory.ts';
import { startOwnRedis, type OwnRedis } from '../../testing/own-redis.ts';

jest.setTimeout(180_000);

/** In this cluster a replica is not elected after 11 s out of contact; its master waits 3 s longer. */
const nodeTimeoutMs = 3_000;
const goesOnAfterMs = 14_000;

let servers: OwnRedis;
let system: TestInventory;
beforeAll(async () => {
  servers = await startOwnRedis(nodeTimeoutMs);
  system = createTestInventory({ redis: servers.connect(), replicaAcks: 1, patienceMs: 60_000 });
});
afterAll(() => servers.stop());

/** An inventory as in another process, which does not wait for replicas. */
const impatient = () =>
  createInventory({
    redis: servers.connect(),
    namespace: system.namespace,
    replicaAcks: 1,
    patienceMs: 300,
  });

/** Repeats `work` until it succeeds, like a consumer with a message. */
async function again<T>(work: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!isTransient(error)) throw error;
      await sleep(100);
    }
  }
}

/** The result of a promise so far. */
function watch<T>(promise: Promise<T>) {
  const seen: { value?: T; error?: unknown } = {};
  promise.then(
    (value) => (seen.value = value),
    (error: unknown) => (seen.error = error),
  );
  return seen;
}

const seatsOf = async (inventory: Inventory, place: Parameters<Inventory['view']>[0], buyer: number) => {
  const view = await again(() => inventory.view(place, buyer));
  return 'seats' in view ? `${view.kind} ${view.seats.join('+')}` : view.kind;
};

test('what the replica lacks is told to nobody, and is decided anew when it takes over; what was told holds', async () => {
  const { drop, place } = await system.openDrop({ standbyLimit: 10 });
  const { inventory } = system;
  const held = await system.hold(place, 1, 2);
  const key = inventory.keys.key(place, 'meta');
  const { master, replica } = await servers.nodesOf(key);
  await servers.cutOff(replica, master);

  const batch = newBatch('2:3,3:1');
  const first = watch(inventory.claim(place, batch, { mayBorrow: false }));
  // The master has the change, so without waiting for replicas every question would be answered from it.
  const other = impatient();
  const asked = [
    other.view(place, 2),
    other.leave(place, 1),
    other.lend(place, 'transfer-1', 1, 2),
    other.transfers(place),
    other.ledgerEntries(place, '-', 100),
  ];
  for (const each of await Promise.allSettled(asked))
    expect(each).toMatchObject({ status: 'rejected', reason: { message: 'no replica has it yet' } });
  expect(first).toEqual({});

  master.process.kill('SIGKILL');
  await servers.takenOver(replica);
  // No other node can take over from this one, so it continues alone, long before the time would allow it.
  const second = await again(() => inventory.claim(place, batch, { mayBorrow: false }));
  expect(second.kind === 'decided' && second.outcomes.map(({ kind }) => kind)).toEqual(['held', 'held']);
  expect(await seatsOf(inventory, place, 1)).toBe(`held ${held.seats.join('+')}`);
  expect(await seatsOf(other, place, 1)).toBe(`held ${held.seats.join('+')}`);
  expect(first.value ?? second).toEqual(second);
  // Nor was anything given back or lent to another partition.
  expect(await inventory.counts(drop)).toMatchObject({ capacity: 10, held: 6, free: 4 });
  expect(await again(() => inventory.transfers(place))).toEqual([]);
  const claims = (await system.ledger(place)).filter(({ t }) => t === 'claim').map(({ b }) => b);
  expect(claims.filter((b) => b === batch.id)).toHaveLength(1);
  expect(await system.ledger(place)).not.toContainEqual(expect.objectContaining({ t: 'release' }));

  await servers.bringBack(replica);
  await master.process.restart();
  await servers.inStep(master);
});

test('nothing is charged for a payment whose beginning could be lost', async () => {
  const { place } = await system.openDrop();
  const hold = await system.hold(place, 1);
  const { master, replica } = await servers.nodesOf(system.inventory.keys.key(place, 'meta'));
  await servers.cutOff(replica, master);
  await expect(impatient().beginPayment(place, hold, 'request-1')).rejects.toThrow('no replica has it yet');
  master.process.kill('SIGKILL');
  await servers.takenOver(replica);
  expect(await seatsOf(system.inventory, place, 1)).toBe(`held ${hold.seats.join('+')}`);
  expect(await again(() => system.inventory.beginPayment(place, hold, 'request-2'))).toMatchObject({
    kind: 'paying',
    attempt: 1,
  });
  await servers.bringBack(replica);
  await master.process.restart();
  await servers.inStep(master);
});

test('a master that stood still while it was replaced says nothing of what it remembers', async () => {
  const { place } = await system.openDrop();
  const hold = await system.hold(place, 1);
  const { master, replica } = await servers.nodesOf(system.inventory.keys.key(place, 'meta'));
  // Clients that do not know the new master ask the old one.
  const askers = Array.from({ length: 5 }, () =>
    createInventory({
      redis: servers.connect(0),
      namespace: system.namespace,
      replicaAcks: 1,
      patienceMs: 1_000,
    }),
  );
  for (const asker of askers) expect(await asker.view(place, 1)).toMatchObject({ kind: 'held' });
  master.process.kill('SIGSTOP');
  await servers.takenOver(replica);
  // Its connections are open, but calls do not wait for it forever.
  await expect(askers[0]!.view(place, 1)).rejects.toThrow('the node does not answer');
  // The same client throughout, since each client measures by itself how long a replica has been missing.
  const other = impatient();
  expect(await again(() => other.leave(place, 1))).toMatchObject({ kind: expect.any(String) });
  expect(await seatsOf(other, place, 1)).toBe(`released ${hold.seats.join('+')}`);

  const asked = askers.map((asker) => again(() => asker.view(place, 1)));
  await sleep(100);
  master.process.kill('SIGCONT');
  for (const view of await Promise.all(asked)) expect(view).toMatchObject({ kind: 'released' });
  await servers.inStep(master);
});

test('without its replica a master waits until that one cannot be elected any more, then goes on alone', async () => {
  const { drop, place } = await system.openDrop();
  const { inventory } = system;
  const { master, replica } = await servers.nodesOf(inventory.keys.key(place, 'meta'));
  await system.hold(place, 1);
  await servers.cutOff(replica, master);
  const cutOffAt = performance.now();
  await system.hold(place, 2);
  expect(performance.now() - cutOffAt).toBeGreaterThan(goesOnAfterMs);
  // From now on it does not wait.
  await system.decide(place, '3:1,4:1');
  await system.decide(place, '5:1');

  master.process.kill('SIGKILL');
  await sleep(3 * nodeTimeoutMs);
  expect(await servers.isMaster(replica)).toBe(false);
  await master.process.restart();
  await servers.bringBack(replica);
  await servers.inStep(replica);
  expect(await again(() => system.decide(place, '6:1'))).toEqual([expect.stringMatching(/^held /)]);
  expect(await inventory.counts(drop)).toMatchObject({ held: 6 });
  for (const buyer of [1, 2, 3, 4, 5, 6]) expect(await seatsOf(inventory, place, buyer)).toMatch(/^held /);
});
