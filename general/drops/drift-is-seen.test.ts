import { createMetrics } from '../../shared/metrics.ts';
import { startLedgerSale, type LedgerSale } from '../../shared/ledger/testing/sale.ts';
import { captureLog } from '../../shared/testing/captured-log.ts';
import { eventually } from '../../shared/testing/eventually.ts';
import type { Place } from '../../shared/inventory/keys.ts';
import { readDrift, startWatchingDrift } from './watch-drift.ts';

let sale: LedgerSale;
beforeAll(async () => {
  sale = await startLedgerSale();
});
afterAll(() => sale.close());

const none = { sold: 0, counters: 0, capacity: 0, lost: 0 };
const driftOf = async (dropId: number) => (await readDrift({ ...sale, log: captureLog().log })).get(dropId);

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
  expect(await driftOf(drop.id)).toEqual(none);
});

test.each<[string, (stage: Awaited<ReturnType<typeof sellTwo>>) => Promise<unknown>, object]>([
  [
    'an order that Redis does not know of',
    ({ place, hold }) => sale.inventory.reopen(place, hold.holdId),
    { sold: 2 },
  ],
  [
    'a sale that MySQL does not know of',
    ({ drop }) => sale.db('sold_seats').where({ drop_id: drop.id }).limit(1).delete(),
    { sold: 1 },
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
])('%s', async (_what, change, drift) => {
  const stage = await sellTwo();
  await change(stage);
  expect(await driftOf(stage.drop.id)).toEqual({ ...none, ...drift });
});

const meta = (place: Place) => sale.inventory.keys.key(place, 'meta');

test('the gauge tells what lasts, and is zero again when it is mended; the log warns once', async () => {
  const { drop, place } = await sellTwo();
  const registry = createMetrics('general');
  const { log, lines } = captureLog();
  const gauge = async () => {
    const text = await registry.metrics();
    return new RegExp(`seatdrop_drift_seats\\{drop="${drop.id}",what="counters".*\\} (\\d+)`).exec(text)?.[1];
  };
  const watch = startWatchingDrift({ ...sale, log }, { registry, everyMs: 20 });
  try {
    await eventually(async () => (await gauge()) === '0');
    await sale.redis.hincrby(meta(place), 'free', 2);
    await eventually(async () => (await gauge()) === '2');
    await sale.redis.hincrby(meta(place), 'free', -2);
    await eventually(async () => (await gauge()) === '0');
  } finally {
    await watch.stop();
  }
  expect(lines.filter(({ dropId }) => dropId === drop.id)).toMatchObject([{ what: 'counters', seats: 2 }]);
});
