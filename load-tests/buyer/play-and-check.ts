/** Plays a drop on a running system; afterwards checks the servers and what the buyers were told against the rules. */
import { createListCharges } from '../../proof/played/charges.ts';
import { queueDepths, queuesOf } from '../../proof/played/queues-are-empty.ts';
import type { Report } from '../../proof/violation.ts';
import { createInventory, type Inventory } from '../../shared/inventory/inventory.ts';
import { Topology } from '../../shared/messages/topology.ts';
import { connectMysql, type Database } from '../../shared/mysql/connect.ts';
import { connectRedis } from '../../shared/redis/connect.ts';
import { createLog } from '../../shared/tier/log.ts';
import type { RunningSystem } from '../running-system.ts';
import { checkRules } from './check-rules.ts';
import { openFrontDoor, type FrontDoor } from './front-door.ts';
import type { Scenario } from './plan.ts';
import { playDrop, type PlayDropDeps, type PlayedDrop } from './play-drop.ts';

export type ConnectedSystem = RunningSystem & {
  db: Database;
  redis: ReturnType<typeof connectRedis>;
  inventory: Inventory;
  door: FrontDoor;
  close: () => Promise<void>;
};

/** @param options.connections HTTP connections, shared by all buyers; `logLevel` is for the Redis client */
export function connectSystem(
  system: RunningSystem,
  options: { connections: number; logLevel: 'error' | 'silent' },
): ConnectedSystem {
  const { url, env } = system;
  const db = connectMysql(env.MYSQL_URL, { max: 4 });
  const redis = connectRedis(env.REDIS_NODES, createLog('load-tests', options.logLevel));
  const door = openFrontDoor(url, options.connections);
  return {
    ...system,
    db,
    redis,
    inventory: createInventory({ redis, namespace: env.NAMESPACE }),
    door,
    async close() {
      await door.close();
      redis.disconnect();
      await db.destroy();
    },
  };
}

export type PlayedAndChecked = PlayedDrop & {
  checked: Awaited<ReturnType<typeof checkRules>>;
  /** Date.now() when the drop was quiet, before the checks began. */
  quietAt: number;
};

/** Plays the drop and reports every rule that was broken. */
export async function playAndCheck(
  { env, db, inventory, door }: ConnectedSystem,
  scenario: Scenario,
  report: Report,
  play: Pick<PlayDropDeps, 'board' | 'say' | 'patience' | 'meanwhile' | 'stopPresses'>,
): Promise<PlayedAndChecked> {
  const topology = new Topology(env.NAMESPACE, env.ENTRY_QUEUES);
  const queues = queuesOf(topology, scenario.holdSeconds);
  const before = await queueDepths(env.AMQP_URL, queues);
  const played = await playDrop({ ...play, door, db, inventory, sessionKeys: env.SESSION_KEYS }, scenario);
  const quietAt = Date.now();
  if (!played.quiet) report('5 holds end', 'the drop did not become quiet', {});
  if (play.board.accepted === 0) report('3 one outcome', 'no entry was accepted', {});

  play.say('checking the rules');
  const deps = {
    db,
    inventory,
    listCharges: createListCharges(env.SANDBOX_PAYMENTS_URL, env.SANDBOX_PAYMENTS_KEY),
    checkoutKeys: env.CHECKOUT_KEYS,
    amqpUrl: env.AMQP_URL,
    queues,
    before,
    parked: topology.parked,
  };
  const checked = await checkRules(deps, played.drop, played.buyers, report);
  for (const buyer of played.buyers) buyer.leavePage();
  return { ...played, checked, quietAt };
}
