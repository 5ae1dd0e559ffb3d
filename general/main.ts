import type { Express } from 'express';
import { createAnnouncer } from '../shared/messages/announce.ts';
import { watchBannedUsers } from '../shared/auth/banned-users.ts';
import { connectBroker, type BrokerChannel } from '../shared/messages/connect.ts';
import { Topology } from '../shared/messages/topology.ts';
import { createHttpServer } from '../shared/tier/http-server.ts';
import { createWatchers } from '../shared/drops/watchers.ts';
import { createInventory } from '../shared/inventory/inventory.ts';
import { startTier } from '../shared/tier/start.ts';
import { drainServer, openPort } from '../shared/tier/listen.ts';
import { connectMysql, mysqlReady } from '../shared/mysql/connect.ts';
import { readPrimary, readReplica } from '../shared/mysql/reader.ts';
import { createPrintThread } from '../shared/receipt/create-print-thread.ts';
import { createSpendOnce } from '../shared/redis/spend-once.ts';
import { connectRedis, redisReady } from '../shared/redis/connect.ts';
import { startNotingSessions } from './accounts/note-sessions.ts';
import { countSignUps } from './accounts/sign-up-metrics.ts';
import { staffRules } from './accounts/staff-rules.ts';
import { createApp } from './app.ts';
import { confirmsEmail, generalSettings } from './config.ts';
import { countConflicts, createPaymentMetrics } from './checkout/payment-metrics.ts';
import { startAskingAgain } from './duties/ask-again.ts';
import { startReconciling } from './duties/reconcile-payments.ts';
import { createTill } from './checkout/till.ts';
import { createFindTerms } from './drops/drop-terms.ts';
import { platformFeesFrom } from './drops/platform-fees.ts';
import { readQueueDepths } from './drops/queue-depths.ts';
import { startFreeingAddresses } from './duties/free-addresses.ts';
import { startFollowing } from './duties/follow-mysql.ts';
import { startNamingSeats } from './drops/name-seats.ts';
import { startClosing } from './drops/close-drops.ts';
import { startEndingDrops } from './duties/end-drops.ts';
import { startArchiving } from './duties/archive-ledgers.ts';
import { mailParts } from './mail/attach-tickets.ts';
import { chooseSmsProvider } from './notifications/choose-sms.ts';
import { startSending } from './notifications/start-sending.ts';
import { startMailings } from './mailings/mailing-duty.ts';
import { chooseMailRoute } from './mail/choose-mail-route.ts';
import { startRetiring } from './drops/retire-drops.ts';
import { startStocking } from './duties/stock-drops.ts';
import { startErasing } from './own-data/erase-kept.ts';
import { startRefunding } from './orders/refund-duty.ts';
import { createParkedMessages } from './parked/parked-messages.ts';
import { pageSettingsFrom, servePages } from './pages/serve-pages.ts';
import { createPayments } from './payments/choose-provider.ts';
import { createRoutes } from './routes.ts';
import type { Deps } from './deps.ts';
import { createScheduleMetrics } from './schedules/schedule-metrics.ts';
import { chooseScheduler } from './schedules/schedule-settings.ts';
import { startScheduling } from './duties/schedule-drops.ts';

await startTier('general', generalSettings, async ({ config, log, registry, ops, lifecycle }) => {
  // The ops port opens before the dependencies are connected, so that a waiting tier can report what it waits for.
  let app: Express | undefined;
  ops.addCheck('started', () => app !== undefined);
  const server = createHttpServer((req, res) => {
    if (app) app(req, res);
    else if (!ops.handle(req, res)) res.writeHead(503, { 'retry-after': '1' }).end();
  });
  await openPort(server, config, ops, lifecycle);
  // Requests under way end before their dependencies are closed.
  lifecycle.onQuiet(() => drainServer(server));

  const db = connectMysql(config.MYSQL_URL);
  lifecycle.onStop('mysql', () => db.destroy());
  ops.addCheck('mysql', () => mysqlReady(db));

  const redis = connectRedis(config.REDIS_NODES, log);
  lifecycle.onStop('redis', () => redis.disconnect());
  ops.addCheck('redis', () => redisReady(redis));

  let reader = readPrimary(db);
  if (config.MYSQL_REPLICA_URL !== undefined) {
    const { MYSQL_REPLICA_URL: replicaUrl, MYSQL_REPLICA_MAX_LAG: maxLagSeconds } = config;
    const { NAMESPACE: namespace } = config;
    const replica = readReplica({ primary: db, replicaUrl, maxLagSeconds, redis, namespace, log, registry });
    lifecycle.onStop('mysql replica', () => replica.stop());
    ops.addOptional('mysql replica', replica.keepsUp);
    reader = replica;
  }

  const sessions = { bannedUsers: watchBannedUsers(db, log), sessionNotes: startNotingSessions(db, log) };
  lifecycle.onStop('sessions', () => Promise.all(Object.values(sessions).map((each) => each.stop())));
  ops.addCheck('banned users', () => sessions.bannedUsers.loaded());

  let channel: BrokerChannel | undefined;
  ops.addCheck('broker', () => channel?.ready() ?? false);
  const broker = await connectBroker(config.AMQP_URL, log);
  lifecycle.onStop('broker', () => broker.close());
  const topology = new Topology(config.NAMESPACE, config.ENTRY_QUEUES);
  const assertQueues = async (opened: Parameters<Topology['assertEntries']>[0]) => {
    await topology.assertEntries(opened);
    await topology.assertExpired(opened);
  };
  const timers = await broker.channel('timers', assertQueues);
  channel = timers;
  const parkedChannel = await broker.channel('parked', assertQueues);
  const checkoutKeys = config.CHECKOUT_KEYS;
  const inventory = createInventory({
    redis,
    namespace: config.NAMESPACE,
    replicaAcks: config.REDIS_REPLICA_ACKS,
    log,
  });
  const findTerms = createFindTerms(db);
  const sms = chooseSmsProvider(config);
  const deps: Deps = {
    db,
    reader,
    findTerms,
    inventory,
    watchers: createWatchers(redis, inventory.keys),
    announcer: createAnnouncer({ redis, inventory, channel: timers, topology, checkoutKeys }),
    payments: createPayments(config, { db, log }),
    platformFees: platformFeesFrom(config),
    till: createTill(db, findTerms),
    parked: createParkedMessages(parkedChannel, topology),
    receiptPrinter: createPrintThread(),
    ...(config.TIER_URLS && { tierUrls: config.TIER_URLS }),
    queueDepths: () => readQueueDepths(timers, topology),
    sessionKeys: config.SESSION_KEYS,
    checkoutKeys,
    ticketKeys: config.TICKET_KEYS,
    ...sessions,
    spendOnce: createSpendOnce(redis, config.NAMESPACE),
    ...staffRules(db, config),
    publicUrl: new URL(config.PUBLIC_URL),
    eventTimeZone: config.EVENT_TIME_ZONE,
    newsChannels: sms ? ['email', 'sms'] : ['email'],
    supportEmail: config.SUPPORT_EMAIL,
    log,
    confirmsEmail: confirmsEmail(config),
    onSeatConflict: countConflicts(registry),
    onSignUp: countSignUps(registry),
  };
  const paymentMetrics = createPaymentMetrics(registry, deps.payments.late?.boundMs);
  for (const [name, duty] of [
    ['printing receipts', deps.receiptPrinter],
    ['stocking', startStocking(deps)],
    ['closing drops', startClosing(deps)],
    ['ending drops', startEndingDrops(deps)],
    ['retiring drops', startRetiring(deps)],
    ['freeing addresses', startFreeingAddresses(deps)],
    ['refunding', startRefunding(deps, paymentMetrics)],
    ['reconciling payments', startReconciling(deps, paymentMetrics)],
    ['asking again about payments', startAskingAgain(deps)],
    ['naming sold seats', startNamingSeats(deps)],
    ['writing mailings', startMailings(deps)],
    ['following MySQL', startFollowing(deps, { registry })],
    ['erasing kept data', startErasing({ ...deps, keptYears: config.RECORDS_KEPT_YEARS })],
    ['archiving ledgers', startArchiving(deps, { registry })],
  ] as const)
    lifecycle.onStop(name, () => duty.stop());

  const mail = chooseMailRoute(config, { ...mailParts(deps), log });
  startSending(deps, { mail, sms }, { lifecycle, registry });

  const scheduler = chooseScheduler(config, log);
  if (scheduler) {
    lifecycle.onStop('scheduler', () => scheduler.close());
    const parts = { db, inventory, scheduler, upBeforeMs: config.SCALE_UP_BEFORE * 60_000, log };
    const duty = startScheduling(parts, createScheduleMetrics(registry));
    lifecycle.onStop('scheduling drops', () => duty.stop());
  }

  app = createApp({
    ...deps,
    routes: createRoutes(deps),
    pages: servePages({ ...deps, ...pageSettingsFrom(config), payment: deps.payments }),
    ops,
    registry,
    trustedProxies: config.TRUSTED_PROXIES,
  });
});
