import type { IncomingMessage, Server as HttpServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Cluster } from 'ioredis';
import type { Registry } from 'prom-client';
import type { BannedUsers } from '../shared/auth/banned-users.ts';
import { clientAt } from '../shared/http/client-address.ts';
import type { FollowedDrops } from '../shared/drops/follow-drops.ts';
import { ForgedSessions } from '../shared/auth/forged-sessions.ts';
import { createHttpServer } from '../shared/tier/http-server.ts';
import type { Inventory } from '../shared/inventory/inventory.ts';
import type { KeyList } from '../shared/auth/key-list.ts';
import { drainServer } from '../shared/tier/listen.ts';
import type { Log } from '../shared/tier/log.ts';
import type { Database } from '../shared/mysql/connect.ts';
import type { Ops } from '../shared/tier/ops.ts';
import { problemBody, problemContentType } from '../shared/tier/problems.ts';
import { sessionToken } from '../shared/auth/session-cookie.ts';
import { verifySession } from '../shared/auth/session.ts';
import { createSocketAdapter } from './adapter.ts';
import { authenticate, readCredentials } from './authenticate.ts';
import { createReadEntry } from './catch-up.ts';
import { createCatchUp } from './catch-up.ts';
import { createDeliverNews } from './deliver-news.ts';
import { startDismissing } from './dismiss.ts';
import { createFindDrop } from './known-drops.ts';
import { createRealtimeMetrics } from './metrics.ts';
import { createNewsFeed } from './news-feed.ts';
import { startReportingWatchers } from './report-watchers.ts';
import { createSocketServer } from './socket-server.ts';
import type { RealtimeServer } from './sockets.ts';
import { createWatchDrop, unwatchDrop } from './watch-drop.ts';
import { WatchedDrops } from './watched-drops.ts';

export type RealtimeDeps = {
  db: Database;
  redis: Cluster;
  inventory: Inventory;
  bannedUsers: Pick<BannedUsers, 'refusal' | 'loaded'>;
  drops: Pick<FollowedDrops, 'get'>;
  sessionKeys: KeyList;
  checkoutKeys: KeyList;
  /** The address that browsers use, if it is not the host of the request. */
  publicUrl?: URL | undefined;
  ops: Ops;
  registry: Registry;
  log: Log;
};

export type Realtime = {
  io: RealtimeServer;
  /** Serves sockets and the ops endpoints. It does not listen yet. */
  server: HttpServer;
  /** Accepts no new clients and disconnects all in batches. They reconnect by themselves, to another process. */
  quiet: () => Promise<void>;
  stop: () => Promise<void>;
};

/**
 * Disconnect clients in 50 batches, 100 ms apart, so that the other processes, which also serve their own clients, do
 * not get one reconnect wave. Together that is half of the time that a stop may take.
 */
const batchCount = 50;
const minBatchSize = 25;
const batchIntervalMs = 100;
/** Milliseconds for which connections already on their way are still accepted, to be disconnected with the rest. */
const lingerMs = 1_000;

export function createRealtime(deps: RealtimeDeps): Realtime {
  const { db, redis, inventory, bannedUsers, drops, checkoutKeys, publicUrl, ops, registry, log } = deps;
  const metrics = createRealtimeMetrics(registry, {
    connections: () => io.sockets.sockets.size,
    watchers: () => watchedDrops.watchers,
    drops: () => watchedDrops.size,
  });
  const server = createHttpServer((req, res) => {
    if (ops.handle(req, res)) return;
    res.writeHead(404, { 'content-type': problemContentType });
    res.end(JSON.stringify(problemBody('not_found')));
  });
  let isQuiet = false;
  const forgedSessions = new ForgedSessions();
  const isForgedTooOften = ({ headers, socket }: IncomingMessage): boolean => {
    const token = sessionToken(headers, publicUrl);
    if (token === undefined || verifySession(token, deps.sessionKeys)) return false;
    // The front door sets this header, to one address.
    return !forgedSessions.take(clientAt(String(headers['x-forwarded-for'] ?? socket.remoteAddress)));
  };
  const adapter = createSocketAdapter(redis, inventory.keys.sockets, log);
  const sockets = createSocketServer(
    server,
    {
      admits: (request) => !isQuiet && !isForgedTooOften(request),
      readCredentials: (request) => readCredentials(request, publicUrl),
      authenticate: (auth, credentials) => authenticate(auth, credentials, deps),
      onRefused: (code) => metrics.refused(code),
    },
    adapter,
  );
  const { io } = sockets;

  const findDrop = createFindDrop(db, drops);
  const readEntry = createReadEntry({ db, inventory }, checkoutKeys);
  const catchUp = createCatchUp({ io, findDrop, readEntry, log });
  const feed = createNewsFeed({
    redis,
    keys: inventory.keys,
    log,
    onNews: createDeliverNews(io, metrics),
    onGap: catchUp,
  });
  const watchedDrops = new WatchedDrops({ io, db, inventory, findDrop, feed, onSent: metrics.sent, log });
  const watchDrop = createWatchDrop({ watchedDrops, findDrop, readEntry, metrics, log });
  const dismissing = startDismissing(io, bannedUsers, log);
  io.on('drop:announced', (news) => watchedDrops.announced(news));
  const reporting = startReportingWatchers({
    redis,
    keys: inventory.keys,
    log,
    watched: () => watchedDrops.counts(),
  });
  io.on('connection', (socket) => {
    socket.on('drop:watch', (request, answer) => void watchDrop(socket, request, answer));
    socket.on('drop:unwatch', (request, answer) => answer?.(unwatchDrop(socket, request, watchedDrops)));
  });

  return {
    io,
    server,

    async quiet() {
      let drained = false;
      // Stop listening first, so that the cluster gives new connections to other processes.
      void drainServer(server).then(() => (drained = true));
      const until = performance.now() + lingerMs;
      const batchSize = Math.max(minBatchSize, Math.ceil(io.sockets.sockets.size / batchCount));
      for (;;) {
        const leaving = [...io.sockets.sockets.values()].filter(({ conn }) => conn.readyState === 'open');
        // Close the connection without Socket.IO's disconnect message: after that one, clients do not reconnect.
        for (const { conn } of leaving.slice(0, batchSize)) conn.close();
        if (drained || (performance.now() >= until && leaving.length <= batchSize)) break;
        await sleep(batchIntervalMs);
      }
      isQuiet = true;
    },

    async stop() {
      await dismissing.stop();
      await sockets.stop();
      await reporting.stop();
      await adapter.stop();
      await watchedDrops.stop();
      await feed.stop();
    },
  };
}
