/** The system that a command works on: the one that the environment names, as for a tier, else that of `npm start`. */
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createParkedMessages } from '../general/parked/parked-messages.ts';
import { connectBroker } from '../shared/messages/connect.ts';
import { Topology } from '../shared/messages/topology.ts';
import { commandSettings, readConfig } from '../shared/tier/config.ts';
import { loadDrop, type Drop } from '../shared/drops/drop.ts';
import { createInventory, type Inventory } from '../shared/inventory/inventory.ts';
import { createLog } from '../shared/tier/log.ts';
import { connectMysql, mysqlReady, type Database } from '../shared/mysql/connect.ts';
import { connectRedis, redisReady } from '../shared/redis/connect.ts';

/** The command cannot be carried out. The message says why and what to do. */
export class CannotRun extends Error {
  override name = 'CannotRun';
}

export type System = {
  db: Database;
  inventory: Inventory;
  /** @throws {CannotRun} if there is no such drop */
  drop: (id: number) => Promise<Drop>;
  /**
   * Sends parked messages back to the queues that they came from. Resolves to how many were sent and how many are left;
   * undefined if no broker answers.
   */
  resendParked: () => Promise<{ resent: number; left: number } | undefined>;
  close: () => Promise<void>;
};

/** How long to wait for the servers to answer. */
const patienceMs = 10_000;

export async function connectSystem(): Promise<System> {
  const { MYSQL_URL, REDIS_NODES, NAMESPACE, AMQP_URL, ENTRY_QUEUES } = readConfig(
    commandSettings,
    findSettings(),
  );
  const db = connectMysql(MYSQL_URL, { max: 4 });
  const redis = connectRedis(REDIS_NODES, createLog('ops', 'silent'));
  const close = async () => {
    redis.disconnect();
    await db.destroy();
  };
  try {
    await mysqlReady(db).catch((error: Error) => {
      throw new CannotRun(`MySQL does not answer: ${error.message}`);
    });
    const deadline = performance.now() + patienceMs;
    while (!(await redisReady(redis).catch(() => false))) {
      if (performance.now() > deadline)
        throw new CannotRun('The Redis Cluster does not answer, or has slots that nobody serves.');
      await new Promise((wake) => setTimeout(wake, 100));
    }
  } catch (error) {
    await close();
    throw error;
  }
  const inventory = createInventory({ redis, namespace: NAMESPACE });
  return {
    db,
    inventory,
    close,
    resendParked: () => resendParked(AMQP_URL, new Topology(NAMESPACE, ENTRY_QUEUES)),
    async drop(id) {
      const found = await loadDrop(db, id);
      if (!found) throw new CannotRun(`There is no drop ${id}.`);
      return found;
    },
  };
}

async function resendParked(url: string | undefined, topology: Topology) {
  if (url === undefined) return undefined;
  const given = new Promise<undefined>((wake) => setTimeout(wake, patienceMs, undefined));
  const connecting = connectBroker(url, createLog('ops', 'silent')).catch(() => undefined);
  const broker = await Promise.race([connecting, given]);
  if (!broker) return undefined;
  try {
    const channel = await broker.channel('parked', (opened) => topology.assertParked(opened));
    const { resent, left } = await createParkedMessages(channel, topology).resend(Infinity);
    return { resent, left };
  } catch {
    return undefined;
  } finally {
    await broker.close().catch(() => {});
  }
}

function findSettings(): Record<string, string | undefined> {
  if (process.env['MYSQL_URL']) return process.env;
  const localDir = process.env['SEATDROP_LOCAL_DIR'] ?? '.local';
  const file = join(resolve(import.meta.dirname, '..', localDir), 'run.json');
  if (!existsSync(file))
    throw new CannotRun(
      'No system: keep `npm start` running, or set MYSQL_URL, REDIS_NODES and NAMESPACE as for a tier.',
    );
  return (JSON.parse(readFileSync(file, 'utf8')) as { env: Record<string, string> }).env;
}
