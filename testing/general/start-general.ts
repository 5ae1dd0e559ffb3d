/** The general tier for tests: the real application on a real database and a real Redis Cluster. */
import { randomBytes } from 'node:crypto';
import { pino } from 'pino';
import type { Express } from 'express';
import { watchBannedUsers } from '../../shared/auth/banned-users.ts';
import { createWatchers } from '../../shared/drops/watchers.ts';
import { createInventory, type Inventory } from '../../shared/inventory/inventory.ts';
import { createMetrics } from '../../shared/tier/metrics.ts';
import type { Database } from '../../shared/mysql/connect.ts';
import { readPrimary } from '../../shared/mysql/reader.ts';
import { Ops } from '../../shared/tier/ops.ts';
import { createPrintThread } from '../../shared/receipt/create-print-thread.ts';
import { createSpendOnce } from '../../shared/redis/spend-once.ts';
import { connectRedis } from '../../shared/redis/connect.ts';
import { signSession, type Role, type Session } from '../../shared/auth/session.ts';
import { createTestDatabase } from '../database.ts';
import { randomKeys } from '../keys.ts';
import { testServers } from '../servers.ts';
import { createFindTerms } from '../../general/drops/drop-terms.ts';
import { platformFeesFrom, type PlatformFees } from '../../general/drops/platform-fees.ts';
import { startNotingSessions } from '../../general/accounts/note-sessions.ts';
import { countSignUps } from '../../general/accounts/sign-up-metrics.ts';
import { staffRules } from '../../general/accounts/staff-rules.ts';
import { createApp } from '../../general/app.ts';
import type { Deps } from '../../general/deps.ts';
import type { Route } from '../../general/http/route.ts';
import { servePages } from '../../general/pages/serve-pages.ts';
import { createRoutes } from '../../general/routes.ts';

/** The parts of general that need a broker or a payment provider. */
type CheckoutParts = Pick<Deps, 'announcer' | 'payments' | 'till' | 'parked'>;
export type BareDeps = Omit<Deps, keyof CheckoutParts>;

type LogLine = { level: number; msg: string } & Record<string, unknown>;

export type TestUser = Session & { email: string; token: string; bearer: { Authorization: string } };

export type TestGeneral = {
  app: Express;
  deps: Deps;
  db: Database;
  /** MYSQL_URL of its database. */
  mysqlUrl: string;
  inventory: Inventory;
  /** Inserts a user and signs a session, without hashing a password. */
  user: (role?: Role) => Promise<TestUser>;
  /** Log lines with level warn or higher. */
  complaints: () => LogLine[];
  /** @throws if there are complaints: bad input must not cause an alert. */
  assertQuiet: () => void;
  stop: () => Promise<void>;
};

export type TestOptions = {
  /** Default: none. */
  platformFees?: PlatformFees;
  /** Routes in addition to those of the tier. */
  moreRoutes?: () => Route[];
  /** The parts that need a broker and a payment provider. Without it, every use of one throws. */
  checkoutParts?: (deps: BareDeps) => CheckoutParts;
  /** Default: no. */
  confirmsEmail?: boolean;
  publicUrl?: string;
  secondFactor?: 'optional' | 'compulsory';
  webRoot?: string;
  pages?: Pick<Parameters<typeof servePages>[0], 'payment' | 'securityContact'>;
  inventory?: Inventory;
  trustedProxies?: string[];
  /** Another MySQL than the one that all tests share. */
  mysqlAdminUrl?: string;
};

const sameForAll: Pick<Deps, 'eventTimeZone' | 'newsChannels'> = {
  eventTimeZone: 'UTC',
  newsChannels: ['email', 'sms'],
};

export async function startGeneral(options: TestOptions = {}): Promise<TestGeneral> {
  const lines: LogLine[] = [];
  const log = pino({ level: 'debug' }, { write: (line) => void lines.push(JSON.parse(line) as LogLine) });
  const database = await createTestDatabase({
    mysqlAdminUrl: options.mysqlAdminUrl ?? testServers().mysqlAdminUrl,
  });
  const { db } = database;
  const redis = connectRedis(testServers().redisNodes, log);
  const namespace = `test-${randomBytes(4).toString('hex')}-`;
  const inventory = options.inventory ?? createInventory({ redis, namespace });
  const sessions = { bannedUsers: watchBannedUsers(db, log), sessionNotes: startNotingSessions(db, log) };
  // Sessions are refused until the list is loaded.
  await sessions.bannedUsers.refresh();
  const sessionKeys = randomKeys();
  const { confirmsEmail = false, publicUrl: url = 'http://127.0.0.1:8080', secondFactor } = options;
  const staff = staffRules(db, { SEATDROP_ENV: 'test', SECOND_FACTOR: secondFactor ?? 'optional' });
  const registry = createMetrics('general');
  const bare: BareDeps = {
    db,
    reader: readPrimary(db),
    findTerms: createFindTerms(db),
    inventory,
    watchers: createWatchers(redis, inventory.keys),
    sessionKeys,
    checkoutKeys: randomKeys(),
    ticketKeys: randomKeys(),
    ...sessions,
    spendOnce: createSpendOnce(redis, namespace),
    ...staff,
    publicUrl: new URL(url),
    confirmsEmail,
    onSignUp: countSignUps(registry),
    ...sameForAll,
    platformFees: options.platformFees ?? platformFeesFrom({ PLATFORM_FEE_PERCENT: 0 }),
    receiptPrinter: createPrintThread(),
    log,
  };
  const deps: Deps = { ...bare, ...(options.checkoutParts?.(bare) ?? withoutCheckout) };
  const app = createApp({
    pages: servePages({ ...deps, webRoot: options.webRoot, ...options.pages }),
    routes: [...createRoutes(deps), ...(options.moreRoutes?.() ?? [])],
    ops: new Ops(registry),
    reader: deps.reader,
    ...sessions,
    sessionKeys,
    ...staff,
    publicUrl: deps.publicUrl,
    log,
    registry,
    ...(options.trustedProxies && { trustedProxies: options.trustedProxies }),
  });

  const complaints = () => lines.filter(({ level }) => level >= 40);
  return {
    app,
    deps,
    db,
    mysqlUrl: database.url,
    inventory,
    user: (role = 'shopper') => insertUser(deps, role),
    complaints,
    assertQuiet() {
      const [first] = complaints();
      if (first) throw new Error(`logged: ${JSON.stringify(first)}`);
    },
    async stop() {
      await Promise.all(Object.values(sessions).map((each) => each.stop()));
      redis.disconnect();
      await database.drop();
    },
  };
}

async function insertUser({ db, sessionKeys }: BareDeps, role: Role): Promise<TestUser> {
  const email = `${role}-${randomBytes(6).toString('hex')}@seatdrop.test`;
  const [userId] = await db('users').insert({ email, name: role, role, password_hash: 'none' });
  const session = { userId: userId!, role };
  const token = signSession(session, sessionKeys);
  return { ...session, email, token, bearer: { Authorization: `Bearer ${token}` } };
}

/** For tests that need neither broker nor provider. */
const withoutCheckout: CheckoutParts = {
  announcer: absent('announcer'),
  payments: absent('payments', { limitsOf: undefined, accounts: undefined }),
  till: absent('till'),
  parked: absent('parked'),
};

function absent<Name extends keyof CheckoutParts>(name: Name, known: object = {}): CheckoutParts[Name] {
  return new Proxy(known as CheckoutParts[Name], {
    get(_, member) {
      if (member in known) return known[member as keyof typeof known];
      throw new Error(`this test has no ${name}; startGeneralSystem makes one`);
    },
  });
}
