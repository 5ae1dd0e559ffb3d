/** Paid orders a second at one general tier, each durable in MySQL; against a bare transaction that writes the same rows. */
import { setTimeout as sleep } from 'node:timers/promises';
import { signCheckoutToken } from '../../shared/auth/checkout-token.ts';
import type { Child } from '../../local/process/child.ts';
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

/** Orders in a round, and how many are under way at a time. */
const orders = 2_000;
const atOnce = 64;

const terms = { sections: [{ name: 'Stalls', rows: 100, seatsPerRow: 50 }], holdSeconds: 900 };

/** A second, milliseconds of the tier's CPU for each, and what an order took of everybody. */
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
  const column = (what: Exclude<keyof Round, 'spent'>) => found.map((each) => each[what]);
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
      ['', 'orders/s', 'p50 ms', 'p99 ms', 'ms of CPU each'],
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
      `${number(orders)} orders a round, ${atOnce} at a time; every commit is on disk when it is answered`,
      `ms of CPU of all for an order: ${describeSpent(
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
  const other = await system.openDrop(terms);
  const query = `drop=${other.id}&user=${buyers[0]!.userId}&orders=${orders}&atOnce=${atOnce}`;
  const response = await fetch(`${bare.url}/?${query}`);
  const text = await response.text();
  if (!response.ok) throw new Error(text);
  const bareRate = orders / (JSON.parse(text) as { seconds: number }).seconds;

  const look = (): Spent => ({
    general: cpuSeconds(general.child.pid),
    'payment provider': cpuSeconds(payments.pid),
    ...cpuOfServers(system.servers),
    'who asks': cpuSeconds(process.pid),
  });
  const before = look();
  const { seconds, p50, p99 } = await payEverything(system, general, buyers);
  const spent = spentEach(before, look(), orders);
  return { rate: orders / seconds, bareRate, p50, p99, cpu: spent['general']! * 1000, spent };
}

/** Each of the buyers holds a seat of a new drop and pays it. */
export async function payEverything(
  system: BenchSystem,
  general: Measured,
  buyers: readonly Identity[],
): Promise<Offered> {
  const drop = await system.openDrop(terms);
  const requests = await payRequests(system, drop, buyers);
  const offered = await offer({ port: general.port, connections: atOnce, next: () => requests.pop() });
  // What follows an order (the provider's webhook) is part of what it costs.
  await sleep(500);
  const { answers } = offered;
  if (answers.get(201) !== buyers.length)
    throw new Error(`not all were paid: ${JSON.stringify([...answers])}`);
  const [written] = (await system.db('orders').where({ drop_id: drop.id }).count({ orders: '*' })) as [
    { orders: number | string },
  ];
  if (Number(written.orders) !== buyers.length) throw new Error(`${written.orders} orders in MySQL`);
  return offered;
}

/** Everybody holds a seat of the drop and pays it. */
export async function payRequests(
  system: BenchSystem,
  drop: Drop,
  buyers: readonly Identity[],
): Promise<Buffer[]> {
  const place = { dropId: drop.id, partition: 0 };
  const key = readKeyList(system.secrets.checkoutKey);
  const holds: NewHold[] = [];
  // Batches name buyers from 1 on, holds are for those there are.
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
      { checkoutToken, payment: { token: 'tok_approved' } },
      { authorization: `Bearer ${tokens.get(hold.buyerId)}` },
    );
  });
}
