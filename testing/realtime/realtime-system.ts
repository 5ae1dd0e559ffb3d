/** The realtime tier for tests: real sockets, a real database, a real Redis Cluster. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { Cluster } from 'ioredis';
import { pino } from 'pino';
import { io, type ManagerOptions, type Socket, type SocketOptions } from 'socket.io-client';
import { watchBannedUsers } from '../../shared/auth/banned-users.ts';
import type { Drop } from '../../shared/drops/drop.ts';
import { followDrops } from '../../shared/drops/follow-drops.ts';
import { newBatchId } from '../../shared/inventory/entry-id.ts';
import { createInventory, type Inventory } from '../../shared/inventory/inventory.ts';
import type { Outcome } from '../../shared/inventory/claim.ts';
import type { KeyList } from '../../shared/auth/key-list.ts';
import type { Log } from '../../shared/tier/log.ts';
import { closeServer } from '../../shared/tier/listen.ts';
import { createMetrics } from '../../shared/tier/metrics.ts';
import { connectMysql, type Database } from '../../shared/mysql/connect.ts';
import { publishNews } from '../../shared/messages/news.ts';
import { Ops } from '../../shared/tier/ops.ts';
import type {
  ClientEvents,
  DropNews,
  ServerEvents,
  WatchAnswer,
} from '../../shared/messages/realtime-events.ts';
import { connectRedis } from '../../shared/redis/connect.ts';
import { signSession } from '../../shared/auth/session.ts';
import { createTestDatabase } from '../database.ts';
import { insertDrop, insertEvent } from '../insert-drop.ts';
import { randomKeys } from '../keys.ts';
import { testServers } from '../servers.ts';
import { createRealtime } from '../../realtime/app.ts';
import type { RealtimeServer } from '../../realtime/sockets.ts';

export type TestSocket = Socket<ServerEvents, ClientEvents>;
export type TestUser = { userId: number; token: string };
type LogLine = { level: number; msg: string } & Record<string, unknown>;

export type Process = {
  url: string;
  io: RealtimeServer;
  /** The process's own connection to Redis. */
  redis: Cluster;
  /** Cuts it off from MySQL: it keeps the bans and drops that it knows, and learns of no changes. */
  loseMysql: () => Promise<void>;
  /** Value of a metric, summed over its labels. */
  metric: (name: string) => Promise<number>;
  /** Number of answered `drop:watch` events. */
  watches: () => Promise<number>;
  quiet: () => Promise<void>;
  stop: () => Promise<void>;
};

export type RealtimeSystem = {
  db: Database;
  inventory: Inventory;
  mysqlUrl: string;
  namespace: string;
  sessionKeys: KeyList;
  user: () => Promise<TestUser>;
  /** Creates a drop on sale with `rows` rows (default 1) of that many seats. */
  drop: (
    seats: number,
    options?: { standbyLimit?: number; holdSeconds?: number; rows?: number },
  ) => Promise<Drop>;
  /** Decides entries of one seat each, without publishing outcomes. */
  claim: (drop: Drop, ...users: TestUser[]) => Promise<Outcome[]>;
  /** Writes an announcement to MySQL as general does, without publishing it. */
  announce: (drop: Pick<Drop, 'id'>, text: string) => Promise<void>;
  /** Publishes news as the other tiers do. */
  tell: (news: Partial<DropNews> & { dropId: number }) => Promise<void>;
  process: (options?: { publicUrl?: string }) => Promise<Process>;
  connect: (
    to: Pick<Process, 'url'>,
    user?: TestUser,
    options?: Partial<ManagerOptions & SocketOptions>,
  ) => TestSocket;
  /** Log lines with level warn or higher. */
  complaints: () => LogLine[];
  stop: () => Promise<void>;
};

export async function createRealtimeSystem(): Promise<RealtimeSystem> {
  const lines: LogLine[] = [];
  const log: Log = pino(
    { level: 'debug' },
    { write: (line) => void lines.push(JSON.parse(line) as LogLine) },
  );
  const database = await createTestDatabase();
  const { db } = database;
  const namespace = `test-${randomBytes(4).toString('hex')}`;
  const redis = connectRedis(testServers().redisNodes, log);
  const inventory = createInventory({ redis, namespace });
  const sessionKeys = randomKeys();
  const checkoutKeys = randomKeys();
  const sockets: TestSocket[] = [];
  const processes: Process[] = [];

  const user = async (): Promise<TestUser> => {
    const email = `${randomBytes(6).toString('hex')}@seatdrop.test`;
    const [userId = 0] = await db('users').insert({ email, name: 'Somebody', password_hash: 'none' });
    return { userId, token: signSession({ userId, role: 'shopper' }, sessionKeys) };
  };

  return {
    db,
    inventory,
    mysqlUrl: database.url,
    namespace,
    sessionKeys,
    user,

    async drop(seats, { standbyLimit = 0, holdSeconds = 60, rows = 1 } = {}) {
      const drop = await insertDrop(db, await insertEvent(db), {
        sections: [{ name: 'Floor', rows, seatsPerRow: seats }],
        maxPerBuyer: 2,
        standbyLimit,
        holdSeconds,
        stocked: false,
      });
      await inventory.stock(drop);
      return drop;
    },

    async claim(drop, ...users) {
      const packed = users.map(({ userId }) => `${userId}:1`).join(',');
      const place = { dropId: drop.id, partition: 0 };
      const result = await inventory.claim(place, { id: newBatchId(), packed }, { mayBorrow: false });
      if (result.kind !== 'decided') throw new Error(`claim: ${result.kind}`);
      return result.outcomes;
    },

    async announce({ id }, text) {
      const announcedBy = await user();
      await db.transaction(async (trx) => {
        await trx('drops').where({ id }).increment('announcements');
        await trx('announcements').insert({
          drop_id: id,
          number: trx('drops').where({ id }).select('announcements'),
          text,
          announced_by: announcedBy.userId,
          announced_at: new Date(),
        });
      });
    },

    tell: (news) => publishNews(redis, inventory.keys, { events: [], soldOut: [], ...news }),

    async process({ publicUrl } = {}) {
      const registry = createMetrics('realtime');
      const ownRedis = connectRedis(testServers().redisNodes, log);
      const ownDb = connectMysql(database.url, { max: 1 });
      const bannedUsers = watchBannedUsers(ownDb, log);
      await bannedUsers.refresh();
      const drops = followDrops(ownDb, log);
      await drops.refresh();
      const realtime = createRealtime({
        db,
        redis: ownRedis,
        inventory: createInventory({ redis: ownRedis, namespace }),
        bannedUsers,
        drops,
        sessionKeys,
        checkoutKeys,
        publicUrl: publicUrl === undefined ? undefined : new URL(publicUrl),
        ops: new Ops(registry),
        registry,
        log,
      });
      realtime.server.listen(0, '127.0.0.1');
      await once(realtime.server, 'listening');
      const { port } = realtime.server.address() as AddressInfo;
      let isStopped = false;
      const process: Process = {
        url: `http://127.0.0.1:${port}`,
        io: realtime.io,
        redis: ownRedis,
        loseMysql: () => ownDb.destroy(),
        async metric(name) {
          const values = (await registry.getSingleMetric(name)?.get())?.values ?? [];
          return values.reduce((sum, { value }) => sum + value, 0);
        },
        async watches() {
          const values =
            (await registry.getSingleMetric('seatdrop_realtime_watch_seconds')?.get())?.values ?? [];
          const counts = values.filter(
            (each) => 'metricName' in each && String(each.metricName).endsWith('_count'),
          );
          return counts.reduce((sum, { value }) => sum + value, 0);
        },
        quiet: () => realtime.quiet(),
        async stop() {
          if (isStopped) return;
          isStopped = true;
          await realtime.stop();
          await closeServer(realtime.server);
          await bannedUsers.stop();
          await drops.stop();
          await ownDb.destroy();
          ownRedis.disconnect();
        },
      };
      processes.push(process);
      return process;
    },

    connect({ url }, someone, options = {}) {
      const socket: TestSocket = io(url, {
        transports: ['websocket'],
        forceNew: true,
        reconnectionDelay: 50,
        ...(someone ? { auth: { token: someone.token } } : {}),
        ...options,
      });
      sockets.push(socket);
      return socket;
    },

    complaints: () => lines.filter(({ level }) => level >= 40),

    async stop() {
      for (const socket of sockets) socket.disconnect();
      for (const process of processes) await process.stop();
      redis.disconnect();
      await database.drop();
    },
  };
}

/** Resolves with the payload of the next event that `matches`. */
export function next<E extends keyof ServerEvents>(
  socket: TestSocket,
  event: E,
  matches: (payload: Parameters<ServerEvents[E]>[0]) => boolean = () => true,
): Promise<Parameters<ServerEvents[E]>[0]> {
  return new Promise((resolve) => {
    const listener = (payload: Parameters<ServerEvents[E]>[0]) => {
      if (!matches(payload)) return;
      socket.off(event, listener as never);
      resolve(payload);
    };
    socket.on(event, listener as never);
  });
}

/** Collects all events for the buyer from now on, as `[event, payload]`. */
export function collect(socket: TestSocket): [string, unknown][] {
  const told: [string, unknown][] = [];
  socket.onAny((event: string, payload: unknown) => {
    if (event !== 'drop:state' && event !== 'drop:seats') told.push([event, payload]);
  });
  return told;
}

export function connected(socket: TestSocket): Promise<void> {
  return new Promise((resolve, reject) => {
    if (socket.connected) resolve();
    socket.once('connect', resolve);
    socket.once('connect_error', reject);
  });
}

/** Resolves with the code of the refusal of a socket. */
export async function refusal(socket: TestSocket): Promise<unknown> {
  const [error] = (await once(socket as never, 'connect_error')) as [Error & { data?: { code?: unknown } }];
  return error.data?.code;
}

/** @throws if the drop cannot be watched */
export async function watch(socket: TestSocket, { id }: { id: number }): Promise<WatchAnswer & { ok: true }> {
  const answer = await socket.emitWithAck('drop:watch', { dropId: id });
  if (!answer.ok) throw new Error(answer.code);
  return answer;
}
