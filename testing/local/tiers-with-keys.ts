/** Starts each tier once, with the given key lists, on the servers and data of a test's general tier. */
import { createServer } from 'node:http';
import { io } from 'socket.io-client';
import { startConsumer } from '../../consumer/app.ts';
import { createApp } from '../../general/app.ts';
import { createRoutes } from '../../general/routes.ts';
import type { GeneralSystem } from '../general/general-system.ts';
import { createAcceptEntry } from '../../publisher/accept-entry.ts';
import { createPublisher } from '../../publisher/app.ts';
import { Attempts } from '../../publisher/attempts.ts';
import { Batcher } from '../../publisher/batcher.ts';
import { watchLapsedBuyers } from '../../publisher/lapsed-buyers.ts';
import { watchOpenDrops } from '../../publisher/open-drops.ts';
import { createRealtime } from '../../realtime/app.ts';
import { createAnnouncer } from '../../shared/messages/announce.ts';
import { connectBroker } from '../../shared/messages/connect.ts';
import { followDrops } from '../../shared/drops/follow-drops.ts';
import type { KeyList } from '../../shared/auth/key-list.ts';
import { closeServer, listen } from '../../shared/tier/listen.ts';
import { createMetrics } from '../../shared/tier/metrics.ts';
import { Ops } from '../../shared/tier/ops.ts';
import type { TestSocket } from '../realtime/realtime-system.ts';
import { captureLog } from '../captured-log.ts';
import { eventually } from '../eventually.ts';
import { testServers } from '../servers.ts';

export type Keys = { session: KeyList; checkout: KeyList; ticket: KeyList };

export type Tiers = {
  keys: Keys;
  url: { publisher: string; realtime: string; general: string };
  socket: (token: string) => TestSocket;
  stopConsumer: () => Promise<void>;
  stop: () => Promise<void>;
};

/** Resolves when the publisher knows the drop. */
export async function startTiers(system: GeneralSystem, dropId: number, keys: Keys): Promise<Tiers> {
  const { log } = captureLog();
  const { db, redis } = system;
  const { inventory, bannedUsers } = system.deps;
  const { topology } = system.broker;
  const broker = await connectBroker(testServers().amqpUrl, log);
  const [sessionKeys, checkoutKeys] = [keys.session, keys.checkout];

  const openDrops = watchOpenDrops(db, inventory, log);
  const lapsedBuyers = watchLapsedBuyers(openDrops, inventory, log);
  const channel = await broker.channel('entries', (opened) => topology.assertEntries(opened));
  const publisherMetrics = createMetrics('publisher');
  const publisher = createPublisher({
    acceptEntry: createAcceptEntry({
      sessionKeys,
      bannedUsers,
      openDrops,
      lapsedBuyers,
      attempts: new Attempts({ limit: 8, windowMs: 10_000 }),
      // Long timeouts: a broker that is slow for lack of CPU must not count as unavailable.
      batcher: new Batcher({ channel, topology, confirmTimeoutMs: 60_000, patienceMs: 60_000 }),
    }),
    ops: new Ops(publisherMetrics),
    registry: publisherMetrics,
    log,
  });

  const consumer = await startConsumer({
    broker,
    topology,
    redis,
    inventory,
    checkoutKeys,
    registry: createMetrics('consumer'),
    log,
  });

  const drops = followDrops(db, log);
  await drops.refresh();
  const realtimeMetrics = createMetrics('realtime');
  const realtime = createRealtime({
    db,
    redis,
    inventory,
    bannedUsers,
    drops,
    sessionKeys,
    checkoutKeys,
    ops: new Ops(realtimeMetrics),
    registry: realtimeMetrics,
    log,
  });

  const deps = {
    ...system.deps,
    sessionKeys,
    checkoutKeys,
    ticketKeys: keys.ticket,
    announcer: createAnnouncer({ redis, inventory, channel: system.broker.channel, topology, checkoutKeys }),
  };
  const generalMetrics = createMetrics('general');
  const general = createServer(
    createApp({
      ...deps,
      routes: createRoutes(deps),
      ops: new Ops(generalMetrics),
      registry: generalMetrics,
    }),
  );

  const listenAt = async (server: Parameters<typeof listen>[0]) =>
    `http://127.0.0.1:${await listen(server, '127.0.0.1', 0)}`;
  const url = {
    publisher: await listenAt(publisher),
    realtime: await listenAt(realtime.server),
    general: await listenAt(general),
  };
  await eventually(() => openDrops.get(dropId) !== undefined);
  const sockets: TestSocket[] = [];
  let isConsuming = true;
  const stopConsumer = async () => {
    if (isConsuming) await consumer.stop();
    isConsuming = false;
  };

  return {
    keys,
    url,
    socket(token) {
      const socket: TestSocket = io(url.realtime, {
        transports: ['websocket'],
        forceNew: true,
        reconnection: false,
        auth: { token },
      });
      sockets.push(socket);
      return socket;
    },
    stopConsumer,
    async stop() {
      for (const socket of sockets) socket.disconnect();
      await closeServer(publisher);
      await closeServer(general);
      await realtime.stop();
      await closeServer(realtime.server);
      await stopConsumer();
      await drops.stop();
      await lapsedBuyers.stop();
      await openDrops.stop();
      await broker.close();
    },
  };
}
