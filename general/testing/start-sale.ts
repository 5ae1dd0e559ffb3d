/** The general tier with everything a sale needs: the real broker, and the sandbox provider on a port of its own. */
import { randomBytes } from 'node:crypto';
import { API_KEY, startSandbox, WEBHOOK_SECRET } from '../../local/sandbox-payments/start-sandbox.ts';
import { createAnnouncer } from '../../shared/announce.ts';
import { connectBroker, type BrokerChannel } from '../../shared/broker/connect.ts';
import { Topology } from '../../shared/broker/topology.ts';
import { signCheckoutToken } from '../../shared/checkout-token.ts';
import { loadDrop, type Drop } from '../../shared/drops/drop.ts';
import { newBatchId } from '../../shared/inventory/entry-id.ts';
import type { NewHold } from '../../shared/inventory/hold.ts';
import type { Place } from '../../shared/inventory/keys.ts';
import { connectRedis } from '../../shared/redis/connect.ts';
import { testServers } from '../../shared/testing/servers.ts';
import { createParkedMessages } from '../parked/parked-messages.ts';
import { createSandboxPayments } from '../payments/sandbox.ts';
import type { SaleDeps } from '../sale-deps.ts';
import { createSaleRoutes } from '../sale-routes.ts';
import { createDrop, openDrop } from './new-drop.ts';
import { startGeneral, type TestGeneral, type TestUser } from './start-general.ts';

export type TestSale = TestGeneral & {
  deps: SaleDeps;
  sandbox: Awaited<ReturnType<typeof startSandbox>>;
  organizer: TestUser;
  redis: ReturnType<typeof connectRedis>;
  /** A channel for tests to use as they like, and the queues it has. */
  broker: { channel: BrokerChannel; topology: Topology };
  /** A drop that is open, with `seats` seats in one row. */
  openDrop: (seats?: number, options?: { standbyLimit?: number; holdSeconds?: number }) => Promise<Drop>;
  /** Seats for this buyer, decided as the consumer would. */
  hold: (
    drop: Drop,
    buyer: TestUser,
    quantity?: number,
  ) => Promise<{ place: Place; hold: NewHold; token: string }>;
};

export async function startSale({ timeoutMs = 2_000, lateMs = 100 } = {}): Promise<TestSale> {
  const sandbox = await startSandbox({ lateMs });
  const redis = connectRedis(testServers().redisNodes, silent);
  const broker = await connectBroker(testServers().amqpUrl, silent);
  const topology = new Topology(`test-${randomBytes(4).toString('hex')}`, 1);
  const channel = await broker.channel('timers', (opened) => topology.assertExpired(opened));
  const parkedChannel = await broker.channel('parked', (opened) => topology.assertEntries(opened));

  let deps: SaleDeps | undefined;
  const general = await startGeneral({
    more: (bare) => {
      const { inventory, checkoutKey, log } = bare;
      deps = {
        ...bare,
        announcer: createAnnouncer({ redis, inventory, channel, topology, checkoutKey }),
        parked: createParkedMessages(parkedChannel, topology),
        payments: createSandboxPayments({
          url: sandbox.url,
          apiKey: API_KEY,
          webhookSecret: WEBHOOK_SECRET,
          timeoutMs,
          log,
        }),
      };
      return createSaleRoutes(deps);
    },
  });
  if (!deps) throw new Error('startGeneral made no routes');
  const sale = deps;
  const organizer = await general.user('organizer');
  const holdSecondsUsed = new Set<number>();

  return {
    ...general,
    deps: sale,
    sandbox,
    organizer,
    redis,
    broker: { channel, topology },
    async openDrop(seats = 4, options = {}) {
      const sections = [{ name: 'Stalls', rows: 1, seatsPerRow: seats }];
      const { id } = await createDrop(general, organizer, { sections, ...options });
      await openDrop(general, id);
      holdSecondsUsed.add(options.holdSeconds ?? 300);
      return (await loadDrop(general.db, id))!;
    },
    async hold(drop, buyer, quantity = 1) {
      const place = { dropId: drop.id, partition: 0 };
      const batch = { id: newBatchId(), packed: `${buyer.userId}:${quantity}` };
      const claimed = await general.inventory.claim(place, batch, { mayBorrow: false });
      const outcome = claimed.kind === 'decided' ? claimed.outcomes[0] : undefined;
      if (outcome?.kind !== 'held') throw new Error(`not held: ${JSON.stringify(claimed)}`);
      const token = signCheckoutToken({ ...place, ...outcome.hold }, general.deps.checkoutKey);
      return { place, hold: outcome.hold, token };
    },
    async stop() {
      const opened = channel.current();
      for (const queue of [topology.expired, topology.parked, topology.entryQueue(0)])
        await opened?.deleteQueue(queue);
      await opened?.deleteExchange(topology.entries);
      for (const seconds of holdSecondsUsed) await opened?.deleteQueue(topology.waitingQueue(seconds));
      await broker.close();
      redis.disconnect();
      await general.stop();
      await sandbox.stop();
    },
  };
}

const noop = () => {};
const silent = { info: noop, warn: noop, error: noop, debug: noop } as unknown as Parameters<
  typeof connectBroker
>[1];
