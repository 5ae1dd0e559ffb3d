import type { IncomingMessage, Server as HttpServer } from 'node:http';
import type { KeyObject } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Cluster } from 'ioredis';
import type { Registry } from 'prom-client';
import { Server } from 'socket.io';
import type { BannedUsers } from '../shared/banned-users.ts';
import type { FollowedDrops } from '../shared/drops/follow-drops.ts';
import { createHttpServer } from '../shared/http-server.ts';
import type { Inventory } from '../shared/inventory/inventory.ts';
import type { Log } from '../shared/log.ts';
import type { Database } from '../shared/mysql/connect.ts';
import type { Ops } from '../shared/ops.ts';
import { problemBody, problemContentType } from '../shared/problems.ts';
import { Allowance } from './allowance.ts';
import { authenticate, readCredentials, Refused, type Credentials } from './authenticate.ts';
import { createReadEntry } from './buyer-entry.ts';
import { createCatchUp } from './catch-up.ts';
import { Clients, type Client, type SocketServer } from './clients.ts';
import { createDeliverNews } from './deliver-news.ts';
import { startDismissing } from './dismiss.ts';
import { createFindDrop } from './known-drops.ts';
import { createRealtimeMetrics } from './metrics.ts';
import { createNewsFeed } from './news-feed.ts';
import { createWatchDrop, unwatchDrop } from './watch-drop.ts';
import { WatchedDrops } from './watched-drops.ts';

export type RealtimeDeps = {
  db: Database;
  redis: Cluster;
  inventory: Inventory;
  bannedUsers: Pick<BannedUsers, 'has' | 'loaded'>;
  drops: Pick<FollowedDrops, 'get'>;
  sessionKey: KeyObject;
  checkoutKey: KeyObject;
  /** Where browsers reach the system, if that is not the host they name. */
  publicUrl?: URL | undefined;
  ops: Ops;
  registry: Registry;
  log: Log;
};

export type Realtime = {
  /** Serves sockets and what ops see. It does not listen. */
  server: HttpServer;
  /** Takes nobody new, and sends everybody away in portions; clients come back by themselves, to another process. */
  quiet: () => Promise<void>;
  stop: () => Promise<void>;
};

/** Bytes of a client's message; the longest we know is forty. */
const maxMessage = 16 * 1024;
/** Milliseconds a connection may take to say who it is. */
const connectTimeout = 5_000;
/** Sending all away takes this many steps, so many milliseconds apart. */
const portions = { steps: 20, atLeast: 100, everyMs: 100 };

export function createRealtime(deps: RealtimeDeps): Realtime {
  const { db, redis, inventory, bannedUsers, drops, checkoutKey, publicUrl, ops, registry, log } = deps;
  const clients = new Clients();
  const metrics = createRealtimeMetrics(registry, {
    connections: () => clients.size,
    watchers: () => watchedDrops.watchers,
    drops: () => watchedDrops.size,
  });
  const findDrop = createFindDrop(db, drops);
  const readEntry = createReadEntry(inventory, checkoutKey);
  const deliverNews = createDeliverNews(clients, metrics);
  const feed = createNewsFeed({
    redis,
    keys: inventory.keys,
    log,
    onNews: deliverNews,
    onGap: (dropId) => catchUp(dropId),
  });
  const watchedDrops = new WatchedDrops({ inventory, findDrop, feed, onSent: metrics.sent, log });
  const catchUp = createCatchUp({ watchedDrops, findDrop, readEntry, log });
  const watchDrop = createWatchDrop({ watchedDrops, findDrop, readEntry, metrics, log });
  const dismissing = startDismissing(clients, bannedUsers, log);

  const server = createHttpServer((req, res) => {
    if (ops.handle(req, res)) return;
    res.writeHead(404, { 'content-type': problemContentType });
    res.end(JSON.stringify(problemBody('not_found')));
  });
  let quieted = false;
  const io: SocketServer = new Server(server, {
    // Long polling would tie a client to one process. Where sockets do not get through, HTTP says the same.
    transports: ['websocket'],
    serveClient: false,
    perMessageDeflate: false,
    httpCompression: false,
    maxHttpBufferSize: maxMessage,
    connectTimeout,
    allowRequest: (_req, decide) => decide(null, !quieted),
  });

  // The request is some kilobytes a socket; see "Memory usage" in Socket.IO's documentation.
  const credentials = new WeakMap<object, Credentials>();
  io.engine.on('connection', (conn: { request: IncomingMessage | null }) => {
    if (conn.request) credentials.set(conn, readCredentials(conn.request, publicUrl));
    conn.request = null;
  });

  io.use((socket, next) => {
    try {
      socket.data.session = authenticate(socket.handshake.auth, credentials.get(socket.conn), deps);
      next();
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      metrics.refused(error.data.code);
      next(error);
    }
  });

  io.on('connection', (socket) => {
    credentials.delete(socket.conn);
    const client: Client = {
      socket,
      session: socket.data.session,
      watchedDrops: new Set(),
      allowance: new Allowance(performance.now()),
    };
    clients.add(client);
    socket.on('disconnect', () => {
      clients.remove(client);
      watchedDrops.leaveAll(client);
      // A client may take leave and keep the line open, which would then be nobody's.
      socket.conn.close();
    });
    limitEvents(client);
    socket.on('drop:watch', (...args: unknown[]) => {
      void watchDrop(client, args[0], (answer) => acknowledge(args, answer));
    });
    socket.on('drop:unwatch', (...args: unknown[]) => {
      acknowledge(args, unwatchDrop(client, args[0], watchedDrops));
    });
  });

  return {
    server,

    async quiet() {
      quieted = true;
      // Listening goes first, so that in a cluster newcomers are given to other processes.
      server.close();
      const leaving = [...clients];
      const portion = Math.max(portions.atLeast, Math.ceil(leaving.length / portions.steps));
      for (let at = 0; at < leaving.length; at += portion) {
        // Not Socket.IO's disconnect, after which clients stay away: a lost connection is what brings them back.
        for (const { socket } of leaving.slice(at, at + portion)) socket.conn.close();
        if (at + portion < leaving.length) await sleep(portions.everyMs);
      }
    },

    async stop() {
      await dismissing.stop();
      // A client that does not answer the closing handshake is not waited for.
      await Promise.race([io.close(), sleep(1_000, undefined, { ref: false })]);
      await watchedDrops.stop();
      await feed.stop();
    },
  };
}

/** Whatever a client sends counts, whether or not somebody listens for it. */
function limitEvents({ socket, allowance }: Client): void {
  socket.use((event, next) => {
    const verdict = allowance.take(performance.now());
    if (verdict === 'granted') next();
    else if (verdict === 'flood') socket.disconnect(true);
    else acknowledge(event, { ok: false, code: 'too_many_requests' });
  });
}

/** A client may ask for an acknowledgement with its last argument. Some send none, and some send junk before it. */
function acknowledge(args: readonly unknown[], answer: unknown): void {
  const last = args.at(-1);
  if (typeof last === 'function') last(answer);
}
