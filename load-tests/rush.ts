/** `npm run rush`: thousands of buyers against the running local system, and a check of every rule afterwards. */
import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Topology } from '../shared/broker/topology.ts';
import { ConfigError } from '../shared/config.ts';
import type { EntryState } from '../shared/contract/entries.ts';
import { createInventory } from '../shared/inventory/inventory.ts';
import { createLog } from '../shared/log.ts';
import { connectMysql } from '../shared/mysql/connect.ts';
import { connectRedis } from '../shared/redis/connect.ts';
import { signingKeyFromHex } from '../shared/session.ts';
import { createListCharges } from './check/charges.ts';
import { checkDrop } from './check/check-drop.ts';
import { checkNobodyWasOvertaken } from './check/nobody-was-overtaken.ts';
import { checkQueues, queueDepths, queuesOf } from './check/queues-are-empty.ts';
import { checkAnswered, checkTold } from './check/told.ts';
import { createReport, type Report } from './check/violation.ts';
import { Board } from './rush/board.ts';
import type { Buyer } from './rush/buyer.ts';
import { openFrontDoor } from './rush/front-door.ts';
import { inPortions } from './rush/in-portions.ts';
import { BadOption, help, readOptions, type RushOptions } from './rush/options.ts';
import { showProgress } from './rush/progress.ts';
import { CannotRun, findRunningSystem } from './rush/running-system.ts';
import { playTheSale } from './rush/story.ts';
import { describeSummary, summarize } from './rush/summary.ts';

const localDir = join(import.meta.dirname, '..', process.env['SEATDROP_LOCAL_DIR'] ?? '.local');

try {
  const options = readOptions(process.argv.slice(2), randomInt(2 ** 32));
  if (options === 'help') process.stdout.write(help);
  else process.exitCode = await rush(options);
} catch (error) {
  if (error instanceof BadOption) {
    console.error(`${error.message}\n\nnpm run rush -- --help lists the options.`);
    process.exitCode = 2;
  } else {
    const expected = error instanceof CannotRun || error instanceof ConfigError;
    console.error(expected ? error.message : error);
    process.exitCode = 1;
  }
}
// A client library's timer should not keep a finished run from ending.
process.exit();

async function rush(options: RushOptions): Promise<number> {
  const system = await findRunningSystem(localDir, options.url);
  const { env } = system;
  const log = createLog('rush', 'error');
  const db = connectMysql(env.MYSQL_URL, { max: 4 });
  const redis = connectRedis(env.REDIS_NODES, log);
  const inventory = createInventory({ redis, namespace: env.NAMESPACE });
  const door = openFrontDoor(system.url, 256);
  const board = new Board();
  const progress = showProgress(() => describeBoard(board));
  const { violations, report } = createReport();
  try {
    const topology = new Topology(env.NAMESPACE, env.ENTRY_QUEUES);
    const queues = queuesOf(topology, options.holdSeconds);
    const before = await queueDepths(env.AMQP_URL, queues);

    const sessionKey = signingKeyFromHex(env.SESSION_KEY);
    const { drop, buyers, quiet } = await playTheSale(
      { door, db, inventory, sessionKey, board, progress },
      options,
    );
    if (!quiet) report('5 holds end', 'the sale did not become quiet', {});
    if (board.accepted === 0) report('3 one outcome', 'no entry was accepted', {});

    progress.say('checking the rules');
    const listCharges = createListCharges(env.SANDBOX_PAYMENTS_URL, env.SANDBOX_PAYMENTS_KEY);
    const checked = await checkDrop({ db, redis, inventory, listCharges }, drop, report);
    const records = buyers.map(({ userId, presses, told }) => ({ userId, presses, told }));
    checkTold(records, checked.replays, signingKeyFromHex(env.CHECKOUT_KEY), report);
    checkNobodyWasOvertaken(records, checked.replays, report);
    await checkSomeByHttp(buyers, report);
    await checkQueuesOnceEmpty(env.AMQP_URL, queues, before, topology.parked, options.holdSeconds, report);

    progress.stop();
    const summary = summarize(options, drop, board, checked, violations);
    if (options.json) process.stdout.write(`${JSON.stringify(summary, null, 2)}\n`);
    else process.stdout.write(describeSummary(summary, board, drop));
    return violations.length === 0 ? 0 : 1;
  } finally {
    progress.stop();
    await door.close();
    redis.disconnect();
    await db.destroy();
  }
}

function describeBoard(board: Board): string {
  const { connected, accepted, heldAtOnce, standby, soldOut, promoted, paid, lapsed, leftHold, refused } =
    board;
  const errors = board.errors.reduce((sum, [, count]) => sum + count, 0);
  return [
    `${connected} connected`,
    `${accepted} accepted`,
    `${heldAtOnce} held`,
    `${standby} standby`,
    `${soldOut} sold out`,
    `${promoted} promoted`,
    `${paid} paid`,
    `${lapsed + leftHold} gave up`,
    ...(refused > 0 ? [`${refused} refused`] : []),
    ...(errors > 0 ? [`${errors} errors`] : []),
  ].join(', ');
}

/** How many buyers are asked once more at the end: all of them would only show how fast HTTP is. */
const askedAgain = 100;

async function checkSomeByHttp(buyers: readonly Buyer[], report: Report): Promise<void> {
  const every = Math.max(1, Math.floor(buyers.length / askedAgain));
  const some = buyers.filter((buyer, index) => index % every === 0 && buyer.state !== undefined);
  const ask = async (buyer: Buyer) => {
    const { status, body, code } = await buyer.askEntry();
    if (status === 200) checkAnswered(buyer.userId, buyer.state!, body as EntryState, report);
    else report('told the truth', `buyer ${buyer.userId} cannot ask: ${status} ${code ?? ''}`, { code });
  };
  await inPortions(some, 8, ask, (error, { userId }) => report('told the truth', String(error), { userId }));
}

/** Timers of holds that were paid early are still under way; they are the last to go. */
async function checkQueuesOnceEmpty(
  amqpUrl: string,
  queues: readonly string[],
  before: Record<string, number>,
  parked: string,
  holdSeconds: number,
  report: Report,
): Promise<void> {
  const deadline = Date.now() + holdSeconds * 1000 + 15_000;
  for (;;) {
    const after = await queueDepths(amqpUrl, queues);
    const trial = createReport();
    checkQueues(before, after, parked, trial.report);
    if (trial.violations.length === 0) return;
    if (Date.now() > deadline) return checkQueues(before, after, parked, report);
    await sleep(1_000);
  }
}
