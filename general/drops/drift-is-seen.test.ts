import { createAnnouncer } from '../../shared/messages/announce.ts';
import { Topology } from '../../shared/messages/topology.ts';
import type { Place } from '../../shared/inventory/keys.ts';
import { createMetrics } from '../../shared/tier/metrics.ts';
import { startLedgerSale, type LedgerSale } from '../../testing/ledger/sale.ts';
import { captureLog } from '../../testing/captured-log.ts';
import { randomKeys } from '../../testing/keys.ts';
import { createFollow } from '../duties/follow-mysql.ts';

let sale: LedgerSale;
beforeAll(async () => {
  sale = await startLedgerSale();
});
afterAll(() => sale.close());

const kinds = ['sold', 'unexplained', 'counters', 'capacity', 'lost'] as const;
const none = { sold: 0, unexplained: 0, counters: 0, capacity: 0, lost: 0 };

/** Looks again and again, as a process does; `drift` is what its gauge says of a drop. */
function watcher() {
  const { log, lines } = captureLog();
  const registry = createMetrics('general');
  // Nobody stands by here, so no timer is ever set.
  const channel = { current: () => undefined, ready: () => false };
  const checkoutKeys = randomKeys();
  const announcer = createAnnouncer({
    ...sale,
    channel,
    topology: new Topology(sale.namespace, 1),
    checkoutKeys,
  });
  const times = { everyMs: 0, settledAfterMs: 0, againAfterMs: 0, thoroughEveryMs: 0, driftAfterMs: 0 };
  const look = createFollow({ ...sale, announcer, log }, registry, times);
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
  const { drop, place } = await sale.open({ partitions: 2 });
  const buyerId = await evenUser();
  const [hold] = await sale.holds(place, `${buyerId}:2`);
  await sale.pay(drop, place, hold!);
  return { drop, place, hold: hold! };
}

/** Whose entries the first of two partitions decides. */
async function evenUser(): Promise<number> {
  const id = await sale.newUser();
  return id % 2 === 0 ? id : sale.newUser();
}

test('a sale as it should be has none', async () => {
  const { drop, place } = await sellTwo();
  await sale.claim(place, '8:1');
  const { look, drift } = watcher();
  await look();
  expect(await drift(drop.id)).toEqual(none);
});

test.each<[string, (stage: Awaited<ReturnType<typeof sellTwo>>) => Promise<unknown>, object]>([
  [
    'an order whose seats are on sale in Redis as if it had been refunded',
    ({ place, hold }) => sale.inventory.reopen(place, hold.holdId),
    { sold: 2 },
  ],
  [
    'a sale that MySQL does not know of',
    async ({ drop }) => {
      await sale.db('sold_seats').where({ drop_id: drop.id }).delete();
      await sale
        .db('order_seats')
        .whereIn('order_id', sale.db('orders').where({ drop_id: drop.id }).select('id'))
        .delete();
    },
    { sold: 2, unexplained: 2 },
  ],
  ['a counter that is off', ({ place }) => sale.redis.hincrby(meta(place), 'held', 3), { counters: 3 }],
  [
    'seats that left one partition and reached no other',
    ({ place }) => sale.inventory.lend(place, 'transfer', 1, 1),
    { capacity: 1 },
  ],
  [
    'a partition that is gone',
    ({ place }) => sale.redis.unlink(...sale.inventory.keys.all(place)),
    { lost: 5 },
  ],
])('%s', async (_what, change, expected) => {
  const stage = await sellTwo();
  await change(stage);
  const { look, drift } = watcher();
  for (let round = 0; round < 3; round += 1) await look();
  expect(await drift(stage.drop.id)).toEqual({ ...none, ...expected });
});

const meta = (place: Place) => sale.inventory.keys.key(place, 'meta');

test('the gauge is zero again when it is mended; the log warns once', async () => {
  const { drop, place } = await sellTwo();
  const { look, drift, lines } = watcher();
  await look();
  expect(await drift(drop.id)).toEqual(none);
  await sale.redis.hincrby(meta(place), 'free', 2);
  for (let round = 0; round < 3; round += 1) await look();
  expect(await drift(drop.id)).toMatchObject({ counters: 2 });
  await sale.redis.hincrby(meta(place), 'free', -2);
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
  const look = createFollow({ ...sale, announcer, log }, registry, times);
  await sale.redis.hincrby(meta(place), 'free', 2);
  for (let round = 0; round < 3; round += 1) await look();
  expect(await registry.metrics()).toContain(
    `seatdrop_drift_seats{drop="${drop.id}",what="counters",tier="general"} 0`,
  );
});
