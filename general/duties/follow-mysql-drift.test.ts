import { createAnnouncer } from '../../shared/messages/announce.ts';
import { Topology } from '../../shared/messages/topology.ts';
import type { Place } from '../../shared/inventory/keys.ts';
import { createMetrics } from '../../shared/tier/metrics.ts';
import { startLedgerSystem, type LedgerSystem } from '../../testing/ledger/ledger-system.ts';
import { captureLog } from '../../testing/captured-log.ts';
import { randomKeys } from '../../testing/keys.ts';
import { createFollow } from './follow-mysql.ts';

let system: LedgerSystem;
beforeAll(async () => {
  system = await startLedgerSystem();
});
afterAll(() => system.close());

const kinds = ['sold', 'unexplained', 'counters', 'capacity', 'lost'] as const;
const none = { sold: 0, unexplained: 0, counters: 0, capacity: 0, lost: 0 };

/** Compares again and again, as a process does; `drift`: the value of its gauge for a drop. */
function watcher() {
  const { log, lines } = captureLog();
  const registry = createMetrics('general');
  // Standby is empty here, so no timer is ever set.
  const channel = { current: () => undefined, ready: () => false };
  const checkoutKeys = randomKeys();
  const announcer = createAnnouncer({
    ...system,
    channel,
    topology: new Topology(system.namespace, 1),
    checkoutKeys,
  });
  const times = { everyMs: 0, settledAfterMs: 0, againAfterMs: 0, thoroughEveryMs: 0, driftAfterMs: 0 };
  const look = createFollow({ ...system, announcer, log }, registry, times);
  const drift = async (dropId: number) => {
    const text = await registry.metrics();
    const of = (what: string) =>
      Number(
        new RegExp(`seatdrop_drift_seats\\{drop="${dropId}",what="${what}".*\\} (\\d+)`).exec(text)?.[1],
      );
    return Object.fromEntries(kinds.map((what) => [what, of(what)]));
  };
  return { look, drift, lines };
}

async function sellTwo() {
  const { drop, place } = await system.open({ partitions: 2 });
  const buyerId = await evenUser();
  const [hold] = await system.holds(place, `${buyerId}:2`);
  await system.pay(drop, place, hold!);
  return { drop, place, hold: hold! };
}

/** A user whose entries are decided by the first of two partitions. */
async function evenUser(): Promise<number> {
  const id = await system.newUser();
  return id % 2 === 0 ? id : system.newUser();
}

test('a sale as it should be has none', async () => {
  const { drop, place } = await sellTwo();
  await system.claim(place, '8:1');
  const { look, drift } = watcher();
  await look();
  expect(await drift(drop.id)).toEqual(none);
});

test.each<[string, (sold: Awaited<ReturnType<typeof sellTwo>>) => Promise<unknown>, object]>([
  [
    'an order whose seats are on sale in Redis as if it had been refunded',
    ({ place, hold }) => system.inventory.reopen(place, hold.holdId),
    { sold: 2 },
  ],
  [
    'a sale that MySQL does not know of',
    async ({ drop }) => {
      await system.db('sold_seats').where({ drop_id: drop.id }).delete();
      await system
        .db('order_seats')
        .whereIn('order_id', system.db('orders').where({ drop_id: drop.id }).select('id'))
        .delete();
    },
    { sold: 2, unexplained: 2 },
  ],
  ['a counter that is off', ({ place }) => system.redis.hincrby(meta(place), 'held', 3), { counters: 3 }],
  [
    'seats that left one partition and reached no other',
    ({ place }) => system.inventory.lend(place, 'transfer', 1, 1),
    { capacity: 1 },
  ],
  [
    'a partition that is gone',
    ({ place }) => system.redis.unlink(...system.inventory.keys.all(place)),
    { lost: 5 },
  ],
])('%s', async (_what, change, expected) => {
  const sold = await sellTwo();
  await change(sold);
  const { look, drift } = watcher();
  for (let round = 0; round < 3; round += 1) await look();
  expect(await drift(sold.drop.id)).toEqual({ ...none, ...expected });
});

const meta = (place: Place) => system.inventory.keys.key(place, 'meta');

test('the gauge is zero again when it is mended; the log warns once', async () => {
  const { drop, place } = await sellTwo();
  const { look, drift, lines } = watcher();
  await look();
  expect(await drift(drop.id)).toEqual(none);
  await system.redis.hincrby(meta(place), 'free', 2);
  for (let round = 0; round < 3; round += 1) await look();
  expect(await drift(drop.id)).toMatchObject({ counters: 2 });
  await system.redis.hincrby(meta(place), 'free', -2);
  await look();
  expect(await drift(drop.id)).toEqual(none);
  expect(lines.filter(({ dropId }) => dropId === drop.id)).toMatchObject([{ what: 'counters', seats: 2 }]);
});

test('what passes is no drift: only what has lasted counts', async () => {
  const { drop, place } = await sellTwo();
  const { log } = captureLog();
  const registry = createMetrics('general');
  const times = {
    everyMs: 0,
    settledAfterMs: 0,
    againAfterMs: 0,
    thoroughEveryMs: 0,
    driftAfterMs: 3_600_000,
  };
  const announcer = { promoted: async () => {}, setTimers: async () => {}, tell: async () => {} };
  const look = createFollow({ ...system, announcer, log }, registry, times);
  await system.redis.hincrby(meta(place), 'free', 2);
  for (let round = 0; round < 3; round += 1) await look();
  expect(await registry.metrics()).toContain(
    `seatdrop_drift_seats{drop="${drop.id}",what="counters",tier="general"} 0`,
  );
});
