/** `npm run rush`: thousands of buyers against the running local system, and a check of every rule afterwards. */
import { Topology } from '../../shared/messages/topology.ts';
import { createInventory } from '../../shared/inventory/inventory.ts';
import { createLog } from '../../shared/tier/log.ts';
import { connectMysql } from '../../shared/mysql/connect.ts';
import { connectRedis } from '../../shared/redis/connect.ts';
import { createListCharges } from '../../proof/played/charges.ts';
import { queueDepths, queuesOf } from '../../proof/played/queues-are-empty.ts';
import { createReport } from '../../proof/violation.ts';
import { runCommand } from '../cli.ts';
import { Board } from '../buyer/board.ts';
import { checkRules } from '../buyer/check-rules.ts';
import { openFrontDoor } from '../buyer/front-door.ts';
import { rushCommand, type RushOptions } from './rush/options.ts';
import { showProgress } from '../progress.ts';
import { findRunningSystem } from '../running-system.ts';
import { playDrop } from '../buyer/play-drop.ts';
import { describeSummary, summarize } from './rush/summary.ts';

/** HTTP connections that the buyers share. */
const connections = 256;

await runCommand(rushCommand, rush);

/** The exit code. */
async function rush(options: RushOptions): Promise<number> {
  const { url, env } = await findRunningSystem(options.url);
  const db = connectMysql(env.MYSQL_URL, { max: 4 });
  const redis = connectRedis(env.REDIS_NODES, createLog('rush', 'error'));
  const inventory = createInventory({ redis, namespace: env.NAMESPACE });
  const door = openFrontDoor(url, connections);
  const board = new Board();
  const progress = showProgress(() => board.line());
  const { violations, report } = createReport();
  try {
    const topology = new Topology(env.NAMESPACE, env.ENTRY_QUEUES);
    const amqpUrl = env.AMQP_URL;
    const queues = queuesOf(topology, options.holdSeconds);
    const before = await queueDepths(amqpUrl, queues);

    const sessionKeys = env.SESSION_KEYS;
    const sale = { door, db, inventory, sessionKeys, board, say: progress.say };
    const { drop, buyers, quiet } = await playDrop(sale, options);
    if (!quiet) report('5 holds end', 'the sale did not become quiet', {});
    if (board.accepted === 0) report('3 one outcome', 'no entry was accepted', {});

    progress.say('checking the rules');
    const checkoutKeys = env.CHECKOUT_KEYS;
    const listCharges = createListCharges(env.SANDBOX_PAYMENTS_URL, env.SANDBOX_PAYMENTS_KEY);
    const servers = { db, redis, inventory, listCharges, checkoutKeys, amqpUrl };
    const checked = await checkRules(
      { ...servers, queues, before, parked: topology.parked },
      drop,
      buyers,
      report,
    );
    for (const buyer of buyers) buyer.leavePage();

    progress.stop();
    const summary = summarize(options, drop, board, checked, violations);
    const text = options.json ? JSON.stringify(summary, null, 2) : describeSummary(summary, board, drop);
    process.stdout.write(`${text}\n`);
    return violations.length === 0 ? 0 : 1;
  } finally {
    progress.stop();
    await door.close();
    redis.disconnect();
    await db.destroy();
  }
}
