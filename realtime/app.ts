import type { IncomingMessage, Server as HttpServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Cluster } from 'ioredis';
import type { Registry } from 'prom-client';
import type { BannedUsers } from '../shared/banned-users.ts';
import { clientAt } from '../shared/client-address.ts';
import type { FollowedDrops } from '../shared/drops/follow-drops.ts';
import { ForgedSessions } from '../shared/forged-sessions.ts';
import { createHttpServer } from '../shared/http-server.ts';
import type { Inventory } from '../shared/inventory/inventory.ts';
import type { KeyList } from '../shared/key-list.ts';
import { drainServer } from '../shared/listen.ts';
import type { Log } from '../shared/log.ts';
import type { Database } from '../shared/mysql/connect.ts';
import type { Ops } from '../shared/ops.ts';
import { problemBody, problemContentType } from '../shared/problems.ts';
import { sessionToken } from '../shared/session-cookie.ts';
import { verifySession } from '../shared/session.ts';
import { Allowance } from './allowance.ts';
import { authenticate, readCredentials, Refused } from './authenticate.ts';
import { createReadEntry } from './buyer-entry.ts';
import { createCatchUp } from './catch-up.ts';
import { Clients } from './clients.ts';
import { createDeliverNews } from './deliver-news.ts';
import { startDismissing } from './dismiss.ts';
import { createFindDrop } from './known-drops.ts';
import { createRealtimeMetrics } from './metrics.ts';
import { createNewsFeed } from './news-feed.ts';
import { SocketServer } from './socket-server.ts';
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

/**
 * Sending all away takes this many steps, so many milliseconds apart: half of the time that a stop may take, since they
 * all come to the other processes at once, which have those to serve that they have.
 */
const portions = { steps: 50, atLeast: 25, everyMs: 100 };
/** Milliseconds for which those are still let in, to be sent away with the rest, whose connection was on its way. */
const lingerMs = 1_000;

export function createRealtime(deps: RealtimeDeps): Realtime {
  const { db, redis, inventory, bannedUsers, drops, checkoutKeys, publicUrl, ops, registry, log } = deps;
  const clients = new Clients();
  const metrics = createRealtimeMetrics(registry, {
    connections: () => clients.size,
    watchers: () => watchedDrops.watchers,
    drops: () => watchedDrops.size,
  });
  const findDrop = createFindDrop(db, drops);
  const readEntry = createReadEntry({ db, inventory }, checkoutKeys);
  const deliverNews = createDeliverNews(clients, metrics);
  const feed = createNewsFeed({
    redis,
    keys: inventory.keys,
    log,
    onNews: deliverNews,
    onGap: (dropId) => catchUp(dropId),
  });
  const watchedDrops = new WatchedDrops({ db, inventory, findDrop, feed, onSent: metrics.sent, log });
  const catchUp = createCatchUp({ watchedDrops, findDrop, readEntry, log });
  const watchDrop = createWatchDrop({ watchedDrops, findDrop, readEntry, metrics, log });
  const dismissing = startDismissing(clients, bannedUsers, log);

  const server = createHttpServer((req, res) => {
    if (ops.handle(req, res)) return;
    if (SocketServer.answerPolling(req, res)) return;
    res.writeHead(404, { 'content-type': problemContentType });
    res.end(JSON.stringify(problemBody('not_found')));
  });
  let quieted = false;
  const forgedSessions = new ForgedSessions();
  const isForgedTooOften = ({ headers, socket }: IncomingMessage): boolean => {
    const token = sessionToken(headers, publicUrl);
    if (token === undefined || verifySession(token, deps.sessionKeys)) return false;
    // The front door says one address.
    return !forgedSessions.take(clientAt(String(headers['x-forwarded-for'] ?? socket.remoteAddress)));
  };
  const sockets = new SocketServer(server, {
    admits: (request) => !quieted && !isForgedTooOften(request),
    opened(client, request) {
      client.credentials = readCredentials(request, publicUrl);
    },
    joins(client, auth) {
      try {
        client.session = authenticate(auth, client.credentials, deps);
      } catch (error) {
        if (error instanceof Refused) metrics.refused(error.data.code);
        throw error;
      }
      client.allowance = new Allowance(performance.now());
      clients.add(client);
    },
    event(client, event, payload, answer = unasked) {
      // Whatever a client sends counts, whether or not somebody listens for it.
      const verdict = client.allowance?.take(performance.now());
      if (verdict === 'flood') SocketServer.dismiss(client);
      else if (verdict === 'refused') answer({ ok: false, code: 'too_many_requests' });
      else if (event === 'drop:watch') void watchDrop(client, payload, answer);
      else if (event === 'drop:unwatch') answer(unwatchDrop(client, payload, watchedDrops));
    },
    left(client) {
      clients.remove(client);
      watchedDrops.leaveAll(client);
    },
  });

  return {
    server,

    async quiet() {
      let drained = false;
      // Listening goes first, so that in a cluster newcomers are given to other processes.
      void drainServer(server).then(() => (drained = true));
      const until = performance.now() + lingerMs;
      const portion = Math.max(portions.atLeast, Math.ceil(clients.size / portions.steps));
      for (;;) {
        const leaving = [...clients].filter(({ isOpen }) => isOpen);
        // Without a farewell, after which clients stay away: a lost connection is what brings them back.
        for (const client of leaving.slice(0, portion)) client.close();
        if (drained || (performance.now() >= until && leaving.length <= portion)) break;
        await sleep(portions.everyMs);
      }
      quieted = true;
    },

    async stop() {
      await dismissing.stop();
      sockets.stop();
      await watchedDrops.stop();
      await feed.stop();
    },
  };
}

/** Nobody asked for an answer. */
function unasked(): void {}
