/**
 * Throughput of one general tier in paid orders per second, each durable in MySQL. The reference is a bare transaction
 * that writes the same rows.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { signCheckoutToken } from '../../shared/auth/checkout-token.ts';
import type { Child } from '../../local/process/child.ts';
import { totalOf } from '../../shared/contract/total.ts';
import type { Drop } from '../../shared/drops/drop.ts';
import type { NewHold } from '../../shared/inventory/hold.ts';
import { readKeyList } from '../../shared/auth/key-list.ts';
import { makeBuyers, type Identity } from '../buyer/make-buyers.ts';
import { batchesOf } from './batches.ts';
import { cpuOfServers, cpuSeconds, describeSpent, spentEach, type Spent } from './cpu-time.ts';
import { median, number, round, spread, type Finding } from './figures.ts';
import { offer, type Offered } from './http-load.ts';
import type { Plan } from './plan.ts';
import { post } from '../buyer/requests.ts';
import type { Measured, BenchSystem } from './bench-system.ts';

/** Orders per round, and how many of them are in flight at a time. */
const orders = 2_000;
const atOnce = 64;

const terms = { sections: [{ name: 'Stalls', rows: 100, seatsPerRow: 50 }], holdSeconds: 900 };

/** `rate`: orders/s; `cpu`: CPU ms of the tier per order; `spent`: CPU seconds of every process per order. */
type Round = { rate: number; bareRate: number; p50: number; p99: number; cpu: number; spent: Spent };

export async function benchCheckout(system: BenchSystem, { rounds }: Plan): Promise<Finding> {
  const general = await system.startTier('general');
  const payments = await system.startPayments(general);
  const bare = await system.startProcess('bare-orders', { MYSQL_URL: system.servers.mariaDb.url });
  const buyers = await makeBuyers(system.db, readKeyList(system.secrets.sessionKey), orders);
  const found: Round[] = [];
  await system.step('warm-up', () => oneRound(system, { general, payments, bare, buyers }));
  for (let each = 1; each <= rounds; each += 1) {
    await system.step(`round ${each} of ${rounds}`, async () => {
      found.push(await oneRound(system, { general, payments, bare, buyers }));
    });
  }
  const column = (name: Exclude<keyof Round, 'spent'>) => found.map((row) => row[name]);
  return {
    value: Math.round(median(column('rate'))),
    unit: 'orders/s',
    reference: Math.round(median(column('bareRate'))),
    ratio: round(median(found.map(({ rate, bareRate }) => rate / bareRate)), 3),
    more: {
      p50: round(median(column('p50')), 1),
      p99: round(median(column('p99')), 1),
      cpuMs: round(median(column('cpu')), 2),
    },
    table: [
      ['', 'orders/s', 'p50 ms', 'p99 ms', 'CPU ms per order'],
      [
        'checkout',
        spread(column('rate')),
        spread(column('p50')),
        spread(column('p99')),
        spread(column('cpu'), 2),
      ],
      ['bare transaction', spread(column('bareRate')), '', '', ''],
    ],
    notes: [
      `${number(orders)} orders per round, ${atOnce} in flight; every commit is on disk before it is answered`,
      `CPU ms of all processes per order: ${describeSpent(
        found.map(({ spent }) => spent),
        1e3,
      )}`,
    ],
  };
}

async function oneRound(
  system: BenchSystem,
  {
    general,
    payments,
    bare,
    buyers,
  }: { general: Measured; payments: Child; bare: Measured; buyers: readonly Identity[] },
): Promise<Round> {
  const bareDrop = await system.openDrop(terms);
  const query = `drop=${bareDrop.id}&user=${buyers[0]!.userId}&orders=${orders}&atOnce=${atOnce}`;
  const response = await fetch(`${bare.url}/?${query}`);
  const text = await response.text();
  if (!response.ok) throw new Error(text);
  const bareRate = orders / (JSON.parse(text) as { seconds: number }).seconds;

  const cpuSoFar = (): Spent => ({
    general: cpuSeconds(general.child.pid),
    'payment provider': cpuSeconds(payments.pid),
    ...cpuOfServers(system.servers),
    'load generator': cpuSeconds(process.pid),
  });
  const before = cpuSoFar();
  const { seconds, p50, p99 } = await payEverything(system, general, buyers);
  const spent = spentEach(before, cpuSoFar(), orders);
  return { rate: orders / seconds, bareRate, p50, p99, cpu: spent['general']! * 1000, spent };
}

/** Opens a new drop, gives each buyer a hold of one seat and pays all holds. */
export async function payEverything(
  system: BenchSystem,
  general: Measured,
  buyers: readonly Identity[],
): Promise<Offered> {
  const drop = await system.openDrop(terms);
  const requests = await payRequests(system, drop, buyers);
  const offered = await offer({ port: general.port, connections: atOnce, next: () => requests.pop() });
  // The provider's webhook, which follows an order, is part of the order's cost.
  await sleep(500);
  const { answers } = offered;
  if (answers.get(201) !== buyers.length)
    throw new Error(`not all holds were paid: ${JSON.stringify([...answers])}`);
  const [written] = (await system.db('orders').where({ drop_id: drop.id }).count({ orders: '*' })) as [
    { orders: number | string },
  ];
  if (Number(written.orders) !== buyers.length) throw new Error(`${written.orders} orders in MySQL`);
  return offered;
}

/** Claims one seat for each buyer and returns the checkout requests that pay these holds. */
export async function payRequests(
  system: BenchSystem,
  drop: Drop,
  buyers: readonly Identity[],
): Promise<Buffer[]> {
  const place = { dropId: drop.id, partition: 0 };
  const key = readKeyList(system.secrets.checkoutKey);
  const holds: NewHold[] = [];
  // `batchesOf` numbers buyers from 1; each number is replaced by the user id of the buyer at that place.
  for (const batch of batchesOf(buyers.length)) {
    const packed = batch.packed
      .split(',')
      .map((entry) => `${buyers[Number.parseInt(entry, 10) - 1]!.userId}:1`)
      .join(',');
    const result = await system.inventory.claim(place, { ...batch, packed }, { mayBorrow: false });
    if (result.kind !== 'decided') throw new Error(result.kind);
    for (const outcome of result.outcomes) if (outcome.kind === 'held') holds.push(outcome.hold);
  }
  const tokens = new Map(buyers.map(({ userId, token }) => [userId, token]));
  return holds.map((hold) => {
    const checkoutToken = signCheckoutToken({ ...place, ...hold }, key);
    return post(
      '/api/checkout',
      { checkoutToken, total: totalOf(drop, hold.seats.length), payment: { token: 'tok_approved' } },
      { authorization: `Bearer ${tokens.get(hold.buyerId)}` },
    );
  });
}
